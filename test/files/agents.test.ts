import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { newReadState } from "../../src/files/read-state.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readOn, spansOfSession } from "../support/read-files.ts";
import { type ScriptedSession, scriptSession } from "../support/transcripts/scripted-files.ts";
import {
  answer,
  call,
  costState,
  prompt,
  result,
  SESSION_ID,
  stop,
} from "../support/transcripts/scripted-session.ts";

function spansOf(session: ScriptedSession): Span[] {
  return spansOfSession(session.path, "session");
}

function parentOf(span: Span, spans: Span[]): string | undefined {
  return spans.find((other) => other.spanId === span.parentSpanId)?.name;
}

describe("an agent that gets more work in a later run", () => {
  const first = [
    prompt(0),
    answer(1, "m1", call("c1", "Agent", { prompt: "work" })),
    result(3, "c1", { toolUseResult: { agentId: "a1", status: "completed" } }),
    answer(4, "m3", "The agent is done."),
    stop(4.1),
    costState(),
  ];
  const second = [
    prompt(100),
    answer(101, "m4", call("c2", "SendMessage")),
    result(101.2, "c2"),
    answer(102, "m6", "It goes on."),
    stop(102.1),
    prompt(104, "<task-notification>", { turnOrigin: "task_notification" }),
    answer(105, "m7", "All done."),
    stop(105.1),
    costState(),
  ];
  const meta = { agentType: "worker", toolUseId: "c1", finished: true };
  const life = [prompt(1.1, "work"), answer(2, "m2", "Done.")];
  const again = [prompt(101.1, "more work"), answer(103, "m5", "Done again.")];

  test("does not change the first run's summary", () => {
    const session = scriptSession(first, [{ id: "a1", meta, records: life }]);
    const state = newReadState(SESSION_ID);
    const facts = { quiet: true, ended: false };
    const live = readOn(session.path, state, facts);
    session.append(second);
    session.appendToAgent({ id: "a1", records: again });
    live.push(
      ...readOn(session.path, state, facts),
      ...readOn(session.path, state, { quiet: true, ended: true }),
    );
    const context = { sessionId: SESSION_ID, scope: "session" } as const;
    const byId = (spans: Span[]) => Object.fromEntries(spans.map((span) => [span.spanId, span]));
    expect(byId(toSpans(live, context))).toEqual(byId(spansOf(session)));
  });
});

describe("an agent's file beside the main one (clients up to 2.0)", () => {
  const old = { version: "2.0.76" };
  const main = [prompt(0, "Go", old), answer(1, "m1", "Hello.", old)];
  const agent = (...ids: string[]) =>
    ids.map((sessionId, n) =>
      n === 0 ? prompt(0, "Warmup", { sessionId }) : answer(1, "m0", "", { sessionId }),
    );

  test.each([
    ["of the session", agent(SESSION_ID), 1],
    ["of the session, by its answer", agent("never written", SESSION_ID), 1],
    ["of another session", agent("another"), 0],
    ["of another session, by its answer", agent(SESSION_ID, "another"), 0],
  ])("belongs to a session by its first records, not by its time on disk: %s", (_, records, agents) => {
    const session = scriptSession(main);
    const file = join(dirname(session.path), "agent-0a1b2c3.jsonl");
    writeFileSync(file, records.map((line) => `${JSON.stringify(line)}\n`).join(""));
    utimesSync(file, 0, 0);
    const found = spansOf(session).filter((span) => span.name === "invoke_agent subagent");
    expect(found).toHaveLength(agents);
  });
});

describe("the agents of a workflow", () => {
  const life = (from: number, text: string, id: string) => [
    prompt(from, text),
    answer(from + 1, id, "Done."),
  ];

  test("are children of the call that started the run, at any depth, and its journal is not read as a transcript", () => {
    const session = scriptSession([
      prompt(0),
      answer(1, "m1", call("c1", "Workflow", { script: "…" })),
      result(1.2, "c1", { toolUseResult: { status: "async_launched", runId: "wf_1" } }),
      answer(2, "m2", "It runs."),
      stop(2.1),
      costState(),
    ]);
    const run = join(dirname(session.path), SESSION_ID, "subagents", "workflows", "wf_1");
    const put = (file: string, records: Record<string, unknown>[]) => {
      mkdirSync(dirname(join(run, file)), { recursive: true });
      writeFileSync(join(run, file), records.map((line) => `${JSON.stringify(line)}\n`).join(""));
    };
    put("agent-a1.jsonl", life(1.5, "One", "m3"));
    put("phase/agent-a2.jsonl", life(1.6, "Two", "m4"));
    put("journal.jsonl", [{ type: "started", agentId: "a1" }, answer(9, "m9", "No transcript.")]);
    const spans = spansOfSession(session.path, "session");
    expect(
      spans
        .filter(({ name }) => name.startsWith("invoke_agent ") && name !== "invoke_agent claude-code")
        .map((span) => parentOf(span, spans)),
    ).toEqual(["execute_tool Workflow", "execute_tool Workflow"]);
    expect(spans.filter(({ name }) => name.startsWith("chat "))).toHaveLength(4);
  });
});
