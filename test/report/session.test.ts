import { expect, it } from "vitest";
import { type AnySpan, toNode } from "../../src/report/node.ts";
import { drawSession } from "../../src/report/session.ts";
import { plain } from "../../src/report/text/paint.ts";
import type { Summary } from "../../src/session/sums/summary.ts";

it("names the findings of a session once each, and the command that explains them", () => {
  const text = drawSession(
    "0b9aeb4e",
    [turn("a", "guard.auto-mode"), turn("b", "guard.auto-mode", "net.listen")].map((span) => toNode(span)),
    summary,
    style,
  );
  expect(text).toContain(
    "\nFound  guard.auto-mode, net.listen (ccotel audit 0b9aeb4e --findings explains them)\n",
  );
});

it("says nothing of findings where there are none", () => {
  expect(drawSession("0b9aeb4e", [toNode(turn("a"))], summary, style)).not.toContain("Found");
});

const summary: Summary = { place: {}, rows: [] } as unknown as Summary;
const style = { columns: 100, paint: plain };

function turn(spanId: string, ...findings: string[]): AnySpan {
  const attributes = {
    "gen_ai.operation.name": "invoke_agent",
    ...(findings.length === 0 ? {} : { "ccotel.findings": findings }),
  };
  return {
    traceId: "t",
    spanId,
    name: "invoke_agent claude-code",
    startMs: 0,
    endMs: 1,
    isError: false,
    attributes,
  };
}
