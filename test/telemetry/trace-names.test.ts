import { describe, expect, test } from "vitest";
import type { ContentLevel, TraceScope } from "../../src/choices.ts";
import { newReadState } from "../../src/files/read-state.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { policy } from "../support/policies.ts";
import { readOn, readWhole, spansOf } from "../support/read-files.ts";
import { kindOf, recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  prompt,
  readScript,
  result,
  SESSION_ID,
  stop,
} from "../support/transcripts/scripted-session.ts";

const title = (aiTitle: string) => ({ type: "ai-title", aiTitle, sessionId: SESSION_ID });
const customTitle = (name: string) => ({ type: "custom-title", customTitle: name, sessionId: SESSION_ID });

function spansAt(path: string, level: ContentLevel, scope: TraceScope = "session", redact = false): Span[] {
  const context = { sessionId: sessionIdOf(path), scope, content: policy(level, redact) };
  return toSpans(readWhole(path, { keep: level }), context);
}

const rootNames = (spans: Span[]) =>
  spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name);

const twoTurns = (first: object[] = [], second: object[] = []) =>
  scriptSession([
    prompt(0),
    ...(first as Record<string, unknown>[]),
    answer(1, "m1", "Done."),
    stop(1.1),
    prompt(10),
    ...(second as Record<string, unknown>[]),
    answer(11, "m2", "Done, too."),
    stop(11.1),
  ]).path;

describe("a list of traces, which shows the names of roots", () => {
  test.each(["session", "turn"] as const)(
    "tells the project of every row, with one trace per %s",
    (scope) => {
      for (const one of recordings()) {
        const names = rootNames(spansOf(one, scope));
        for (const name of names) expect(name, one.name).toMatch(/ (acme-shop(-fix)?|add-tax)$/);
      }
    },
  );

  test("tells the session's title where content may leave, and nothing of it where not", () => {
    const path = twoTurns([title("Fix the cart total")]);
    expect(rootNames(spansAt(path, "details"))).toEqual([
      "claude_code.session acme-shop: Fix the cart total",
    ]);
    expect(rootNames(spansAt(path, "details", "turn"))).toEqual([
      "invoke_agent claude-code acme-shop: Fix the cart total",
      "invoke_agent claude-code acme-shop: Fix the cart total",
      "claude_code.session.summary acme-shop: Fix the cart total",
    ]);
    expect(rootNames(spansAt(path, "none"))).toEqual(["claude_code.session acme-shop"]);
    expect(JSON.stringify(spansAt(path, "none"))).not.toContain("cart total");
    expect(rootNames(spansAt(path, "full", "session", true))).toEqual(["claude_code.session acme-shop"]);
    expect(JSON.stringify(spansAt(path, "full", "session", true))).not.toContain("cart total");
  });

  test("prefers the title that a person gave, and has the newest of its kind", () => {
    const path = twoTurns([title("One"), customTitle("Mine")], [title("Two"), customTitle("Mine, better")]);
    expect(rootNames(spansAt(path, "details", "turn"))).toEqual([
      "invoke_agent claude-code acme-shop: Mine",
      "invoke_agent claude-code acme-shop: Mine, better",
      "claude_code.session.summary acme-shop: Mine, better",
    ]);
  });

  test("has a title in one short line, without secrets", () => {
    const key =
      "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz01234567-AAAAAAAA";
    const path = twoTurns([title(`Use ${key}\nthen ${"go on ".repeat(100)}`)]);
    const [name = ""] = rootNames(spansAt(path, "details"));
    expect(name).not.toContain("sk-ant");
    expect(name).not.toContain("\n");
    expect(Buffer.byteLength(name)).toBeLessThan(150);
  });

  test("is the same live and later, although the title came after the root had gone", () => {
    const session = scriptSession([prompt(0), answer(1, "m1", "Done."), stop(1.1)]);
    const state = newReadState(SESSION_ID);
    const facts = { quiet: true, ended: false };
    const live = readOn(session.path, state, facts, { keep: "details" });
    session.append([title("Fix it"), prompt(10), answer(11, "m2", "Done, too."), stop(11.1)] as never);
    live.push(...readOn(session.path, state, { quiet: true, ended: true }, { keep: "details" }));
    expect(live).toEqual(readWhole(session.path, { keep: "details" }));
    expect(
      rootNames(toSpans(live, { sessionId: SESSION_ID, scope: "session", content: policy("details") })),
    ).toEqual(["claude_code.session acme-shop"]);
  });
});

test("agents that run side by side tell their descriptions where content may leave", () => {
  const [path = ""] = transcriptsOf(recording("03-subagents-parallel"));
  const agents = (level: ContentLevel) =>
    spansAt(path, level)
      .filter((span) => kindOf(span) === "subagent")
      .map(({ name }) => name);
  expect(new Set(agents("details")).size).toBe(agents("details").length);
  for (const name of agents("details")) expect(name).toMatch(/^invoke_agent [\w-]+: \S/);
});

test.each(["session", "turn"] as const)(
  "a summary sorts behind all turns of its run, with one trace per %s",
  (scope) => {
    for (const one of recordings()) {
      const spans = spansOf(one, scope);
      for (const summary of spans.filter((span) => kindOf(span) === "summary")) {
        const ofRun = spans.filter(
          (span) =>
            span.attributes["session.id"] === summary.attributes["session.id"] && kindOf(span) === "turn",
        );
        const before = ofRun.filter((turn) => turn.startMs < summary.startMs);
        const isLast = spans.filter((span) => kindOf(span) === "summary").length === 1;
        if (isLast) expect(before, one.name).toHaveLength(ofRun.length);
        expect(summary.endMs - summary.startMs, "a millisecond, so that Jaeger does not warn of it").toBe(1);
        expect(summary.attributes["ccotel.run.duration"]).toBeGreaterThan(0);
      }
    }
  },
);

test("MLflow's tree marks what failed: each failed span has an exception event, and no other", () => {
  const [path = ""] = transcriptsOf(recording("03-subagent-failing"));
  const context = { sessionId: sessionIdOf(path), scope: "session", dialect: "mlflow" } as const;
  const spans = toSpans(readWhole(path), context);
  const failed = spans.filter(({ status }) => status === "error");
  expect(failed.length).toBeGreaterThan(1);
  const marked = spans.filter(({ events }) => events.some(({ name }) => name === "exception"));
  expect(marked).toEqual(failed);
  for (const { events, attributes } of failed)
    expect(events.at(-1)?.attributes["exception.type"]).toBe(attributes["error.type"]);
});

test("what the transcript starts and ends in the same millisecond takes one as a span: Jaeger warns of spans without a length", () => {
  const pieces = readScript([
    prompt(0),
    answer(1, "m1", call("toolu_1", "Bash")),
    result(1, "toolu_1", { is_error: true, content: "Not allowed" }),
    answer(1, "m2", "Then not."),
    stop(1),
  ]);
  const spans = toSpans(pieces, { sessionId: SESSION_ID, scope: "session" });
  const tool = spans.find((span) => kindOf(span) === "tool");
  expect(tool?.endMs).toBe((tool?.startMs ?? 0) + 1);
  for (const { startMs, endMs, name } of spans) expect(endMs, name).toBeGreaterThan(startMs);
});
