import { utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { newReadState } from "../../src/files/read-state.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readOn, spansOfSession } from "../support/recordings.ts";
import {
  answer,
  call,
  costState,
  prompt,
  readScript,
  result,
  type ScriptedSession,
  SESSION_ID,
  scriptSession,
  stop,
} from "../support/scripted-session.ts";

const launched = (id: string) => ({
  toolUseResult: { agentId: id, isAsync: true, status: "async_launched" },
});

function spansOfScript(...script: Parameters<typeof readScript>): Span[] {
  return toSpans(readScript(...script), { sessionId: SESSION_ID, scope: "session" });
}

function spansOf(session: ScriptedSession): Span[] {
  return spansOfSession(session.path, "session");
}

function named(spans: Span[], name: string): Span {
  const found = spans.filter((span) => span.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Span;
}

function parentOf(span: Span, spans: Span[]): string | undefined {
  return spans.find((other) => other.spanId === span.parentSpanId)?.name;
}

describe("an agent in the background that the end of the process cuts", () => {
  const main = [
    prompt(0),
    answer(1, "m1", call("c1", "Agent", { prompt: "outer" })),
    result(1.1, "c1", launched("b-outer")),
    answer(2, "m2", "It works in the background."),
    stop(2.1),
  ];
  const outer = {
    id: "b-outer",
    meta: { agentType: "outer", toolUseId: "c1", requestShape: "background" },
    records: [prompt(1.05, "outer"), answer(3, "m3", call("c2", "Agent", { prompt: "inner" }))],
  };
  const inner = {
    id: "a-inner",
    meta: { agentType: "inner", toolUseId: "c2", parentAgentId: "b-outer" },
    records: [prompt(3.1, "inner"), answer(4, "m4", call("c3", "Bash"))],
  };

  test.each([
    ["costs", [costState()]],
    ["nothing", []],
  ])("has the agent that it waited for below its call, when the process leaves %s", (_, end) => {
    const spans = spansOfScript([...main, ...end], [outer, inner]);
    expect(parentOf(named(spans, "invoke_agent inner"), spans)).toBe("execute_tool Agent");
    expect(named(spans, "invoke_agent inner").parentSpanId).not.toBe(
      named(spans, "invoke_agent outer").parentSpanId,
    );
    expect(spans.filter((span) => span.name === "invoke_agent inner")).toHaveLength(1);
  });
});

describe("an agent that is given more to do in a later run", () => {
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

  test("leaves the first run's summary as it was sent", () => {
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

describe("an agent of a client that writes no meta file", () => {
  test("has the type that it was called with", () => {
    const agentRecords = [prompt(1.1, "Look around"), answer(2, "m2", "Found.")];
    const spans = spansOfScript(
      [
        prompt(0),
        answer(1, "m1", call("c1", "Task", { prompt: "Look around", subagent_type: "Explore" })),
        result(3, "c1", { toolUseResult: { agentId: "a1", status: "completed" } }),
        answer(4, "m3", "Done."),
        stop(4.1),
      ],
      [{ id: "a1", records: agentRecords }],
    );
    expect(named(spans, "invoke_agent Explore").attributes["gen_ai.agent.name"]).toBe("Explore");
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
    ["its own", agent(SESSION_ID), 1],
    ["its own, as its answer says", agent("never came to be", SESSION_ID), 1],
    ["another's", agent("another"), 0],
    ["another's, as its answer says", agent(SESSION_ID, "another"), 0],
  ])("is told by its first records, whatever the clock of the disk says: %s", (_, records, agents) => {
    const session = scriptSession(main);
    const file = join(dirname(session.path), "agent-0a1b2c3.jsonl");
    writeFileSync(file, records.map((line) => `${JSON.stringify(line)}\n`).join(""));
    utimesSync(file, 0, 0);
    const found = spansOf(session).filter((span) => span.name === "invoke_agent subagent");
    expect(found).toHaveLength(agents);
  });
});

describe("a subagent's sums", () => {
  test("count the agents that it called, not itself", () => {
    const spans = spansOfScript(
      [
        prompt(0),
        answer(1, "m1", call("c1", "Agent", { prompt: "outer" })),
        result(5, "c1", { toolUseResult: { agentId: "a1", status: "completed" } }),
        answer(6, "m5", "Done."),
        stop(6.1),
      ],
      [
        {
          id: "a1",
          meta: { agentType: "outer", toolUseId: "c1" },
          records: [
            prompt(1.1, "outer"),
            answer(2, "m2", call("c2", "Agent", { prompt: "inner" })),
            result(4, "c2"),
            answer(4.5, "m4", "Outer is done."),
          ],
        },
        {
          id: "a2",
          meta: { agentType: "inner", toolUseId: "c2" },
          records: [prompt(2.1, "inner"), answer(3, "m3", "Inner is done.")],
        },
      ],
    );
    const subagents = (name: string) => named(spans, name).attributes["ccotel.subagents"];
    expect(subagents("invoke_agent claude-code")).toBe(2);
    expect(subagents("invoke_agent outer")).toBe(1);
    expect(subagents("invoke_agent inner")).toBeUndefined();
  });
});

describe("an agent that nobody called", () => {
  test("hangs on the session, and is not said to have gone on behind a call", () => {
    const spans = spansOfScript(
      [prompt(0), answer(1, "m1", "Hello."), stop(1.1), costState()],
      [{ id: "a1", records: [prompt(0.1, "Warmup"), answer(0.5, "m0", "Warm.")] }],
    );
    const agent = named(spans, "invoke_agent subagent");
    expect(parentOf(agent, spans)).toBe("claude_code.session acme-shop");
    expect(agent.attributes["ccotel.background"]).toBeUndefined();
  });
});
