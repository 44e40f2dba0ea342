import { describe, expect, it } from "vitest";
import { type AnySpan, toNode } from "../../src/report/node.ts";
import { plain } from "../../src/report/text/paint.ts";
import { drawTree } from "../../src/report/text/tree.ts";

describe("the tree", () => {
  it("nests by parent, orders by start, and puts a summary last", () => {
    expect(
      draw([
        span("summary", { parentSpanId: "root", name: "claude_code.session.summary" }),
        span("late", { parentSpanId: "root", startMs: 5000 }),
        span("child", { parentSpanId: "early", startMs: 1500 }),
        span("early", { parentSpanId: "root", startMs: 1000 }),
        span("root"),
      ]),
    ).toMatchInlineSnapshot(`
      "SPAN                                             START  TIME
      root                                              0.0s  1.0s
      ├─ early                                          1.0s  1.0s
      │  └─ child                                       1.5s  1.0s
      ├─ late                                           5.0s  1.0s
      └─ claude_code.session.summary                    0.0s  1.0s"
    `);
  });

  it("draws a span whose parent is missing as a root, and separates traces", () => {
    expect(
      draw([
        span("a", { parentSpanId: "of-another-process" }),
        span("b", { parentSpanId: "a" }),
        span("a", { traceId: "t2", startMs: 100_000 }),
        span("b", { traceId: "t2", parentSpanId: "a", startMs: 200_000 }),
      ]),
    ).toMatchInlineSnapshot(`
      "SPAN                                             START  TIME
      a                                                 0.0s  1.0s
      └─ b                                              0.0s  1.0s

      a                                                 0.0s  1.0s
      └─ b                                              1:40  1.0s"
    `);
  });

  it("cuts long names and puts long notes on a separate line", () => {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.usage.input_tokens": 1000,
      "gen_ai.usage.output_tokens": 7,
      "gen_ai.usage.cost": 0.25,
      "error.type": "overloaded_error",
      "http.response.status_code": 529,
      "ccotel.attempts": 11,
    };
    const lines = draw(
      [
        span("root", { name: "execute_tool mcp__a_server_with_a_name__and_a_tool_with_one" }),
        span("chat", { parentSpanId: "root", attributes, isError: true }),
        span("child", { parentSpanId: "chat" }),
      ],
      60,
    );
    expect(lines).toMatchInlineSnapshot(`
      "SPAN                            START  TIME  IN→OUT     COST
      execute_tool mcp__a_server_wi…   0.0s  1.0s
      └─ ✗ chat                        0.0s  1.0s  1.0k→7  $0.2500
         │   11 attempts, overloaded_error 529
         └─ child                      0.0s  1.0s"
    `);
  });

  it("prints no control characters of a name", () => {
    expect(draw([span("root", { name: "evil\u001b[2J\u202e\nname" })])).toContain("evil?[2J??name");
  });

  it("draws 100,000 spans", () => {
    const spans = Array.from({ length: 100_000 }, (_, index) =>
      span(String(index), index === 0 ? {} : { parentSpanId: "0", startMs: index }),
    );
    expect(draw(spans).split("\n")).toHaveLength(100_001);
  });
});

function span(spanId: string, more: Partial<AnySpan> = {}): AnySpan {
  const startMs = more.startMs ?? 0;
  return {
    traceId: "t",
    spanId,
    name: spanId,
    startMs,
    endMs: startMs + 1000,
    isError: false,
    attributes: {},
    ...more,
  };
}

function draw(spans: AnySpan[], columns = 60): string {
  return drawTree(
    spans.map((span) => toNode(span)),
    { columns, paint: plain },
  ).join("\n");
}
