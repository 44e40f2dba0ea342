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

describe("the name of a root span", () => {
  test.each(["session", "turn"] as const)("has the project, with one trace per %s", (scope) => {
    for (const one of recordings()) {
      const names = rootNames(spansOf(one, scope));
      for (const name of names) expect(name, one.name).toMatch(/ (acme-shop(-fix)?|add-tax)$/);
    }
  });

  test("has the session's title at level details, and not at level none or with CCOTEL_REDACT", () => {
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

  test("has the user's title rather than a generated one, and the newest one", () => {
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

  test("is the same live and in an export, even if the title came after the root was sent", () => {
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

test("at level details, the names of agents that run at the same time have their descriptions", () => {
  const [path = ""] = transcriptsOf(recording("03-subagents-parallel"));
  const agents = (level: ContentLevel) =>
    spansAt(path, level)
      .filter((span) => kindOf(span) === "subagent")
      .map(({ name }) => name);
  expect(new Set(agents("details")).size).toBe(agents("details").length);
  for (const name of agents("details")) expect(name).toMatch(/^invoke_agent [\w-]+: \S/);
});

test.each(["session", "turn"] as const)(
  "a summary starts after all turns of its run, with one trace per %s",
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
        expect(summary.endMs - summary.startMs, "a millisecond, so that Jaeger does not warn about it").toBe(
          1,
        );
        expect(summary.attributes["ccotel.run.duration"]).toBeGreaterThan(0);
      }
    }
  },
);

test("for MLflow, each failed span has an exception event, and no other span has one", () => {
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

test("a call that starts and ends in the same millisecond takes one as a span, because Jaeger warns about empty spans", () => {
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
