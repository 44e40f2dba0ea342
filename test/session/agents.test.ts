import { describe, expect, test } from "vitest";
import type { Subagent } from "../../src/session/model.ts";
import { createReader } from "../../src/session/reader.ts";
import { newSession } from "../../src/session/state.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { walk } from "../../src/session/walk.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { OPTIONS } from "../support/recordings.ts";
import {
  answer,
  call,
  costState,
  linesOf,
  prompt,
  readScript,
  record,
  recordsOf,
  request,
  result,
  SESSION_ID,
  START_MS,
  stop,
} from "../support/transcripts/scripted-session.ts";

const launched = (id: string) => ({
  toolUseResult: { agentId: id, isAsync: true, status: "async_launched" },
});

function spansOfScript(...script: Parameters<typeof readScript>): Span[] {
  return toSpans(readScript(...script), { sessionId: SESSION_ID, scope: "session" });
}

function named(spans: Span[], name: string): Span {
  const found = spans.filter((span) => span.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Span;
}

function parentOf(span: Span, spans: Span[]): string | undefined {
  return spans.find((other) => other.spanId === span.parentSpanId)?.name;
}

describe("a background agent that the end of the process cuts off", () => {
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
  ])("has the agent that it waits for below its call, if the process writes %s at its end", (_, end) => {
    const spans = spansOfScript([...main, ...end], [outer, inner]);
    expect(parentOf(named(spans, "invoke_agent inner"), spans)).toBe("execute_tool Agent");
    expect(named(spans, "invoke_agent inner").parentSpanId).not.toBe(
      named(spans, "invoke_agent outer").parentSpanId,
    );
    expect(spans.filter((span) => span.name === "invoke_agent inner")).toHaveLength(1);
    expect(named(spans, "invoke_agent outer").endMs).toBe(START_MS + 4000);
  });
});

test("a turn that is cut off while an agent works lasts as long as the agent, and so does its call", () => {
  const main = [prompt(0), answer(1, "m1", call("c1", "Agent", { prompt: "look" })), costState()];
  const agent = {
    id: "a-look",
    meta: { agentType: "look", toolUseId: "c1", requestShape: "foreground" },
    records: [prompt(1.1, "look"), answer(30, "m2", call("c2", "Bash"))],
  };
  const spans = spansOfScript(main, [agent]);
  for (const name of ["invoke_agent claude-code", "execute_tool Agent", "invoke_agent look"])
    expect(named(spans, name).endMs, name).toBe(START_MS + 30_000);
  const summary = spans.find(({ name }) => name.startsWith("claude_code.session.summary"));
  expect(summary?.startMs).toBe(START_MS + 30_000);
});

describe("an agent of a client that writes no meta file", () => {
  test("has the type that its call names", () => {
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

describe("an agent that no call started", () => {
  test("is a child of the session span, and not marked as a background agent", () => {
    const spans = spansOfScript(
      [prompt(0), answer(1, "m1", "Hello."), stop(1.1), costState()],
      [{ id: "a1", records: [prompt(0.1, "Warmup"), answer(0.5, "m0", "Warm.")] }],
    );
    const agent = named(spans, "invoke_agent subagent");
    expect(parentOf(agent, spans)).toBe("claude_code.session acme-shop");
    expect(agent.attributes["ccotel.background"]).toBeUndefined();
  });
});

describe("a subagent whose own conversation was compacted", () => {
  const boundary = (seconds: number, preTokens: number, dropped: number) =>
    record("system", seconds, {
      subtype: "compact_boundary",
      compactMetadata: {
        trigger: "auto",
        preTokens,
        postTokens: 900,
        durationMs: 500,
        cumulativeDroppedTokens: dropped,
      },
    });
  const summary = (seconds: number) =>
    prompt(seconds, "This session is being continued …", { turnOrigin: undefined, isCompactSummary: true });
  const pieces = readScript(
    [
      prompt(0),
      answer(1, "m1", call("t1", "Agent", { prompt: "Work long" })),
      result(9, "t1", { toolUseResult: { status: "completed", agentId: "a1" } }),
      answer(10, "m2", "Done."),
      stop(10.1),
    ],
    [
      {
        id: "a1",
        meta: { agentType: "worker", toolUseId: "t1" },
        records: [
          prompt(2, "Work long", { turnOrigin: undefined }),
          answer(3, "m3", "Half of it."),
          boundary(4, 9000, 8000),
          summary(4),
          answer(5, "m4", "More."),
          boundary(6, 9500, 17_000),
          summary(6),
          answer(7, "m5", "All of it."),
        ],
      },
    ],
  );

  test("has its compactions, and stays one conversation", () => {
    const agents: Subagent[] = [];
    walk(pieces, { subagent: (subagent) => agents.push(subagent) });
    expect(agents).toHaveLength(1);
    expect(agents[0]?.requests.map(({ id }) => id)).toEqual(["m3", "m4", "m5"]);
    expect(agents[0]?.compactions).toMatchObject([
      { startMs: START_MS + 3500, endMs: START_MS + 4000, preTokens: 9000, droppedTokens: 8000 },
      { preTokens: 9500, droppedTokens: 9000 },
    ]);
  });

  test("has them in every sum, and as spans below its own", () => {
    const [run] = pieces.flatMap((piece) => (piece.type === "run_finished" ? piece.summary.compactions : []));
    const rows = summarize(pieces).rows.reduce((sum, { compactions = 0 }) => sum + compactions, 0);
    const counted = observe(pieces).filter(({ instrument }) => instrument === "ccotel.compactions").length;
    expect([run, rows, counted]).toEqual([2, 2, 2]);
    const spans = toSpans(pieces, { sessionId: SESSION_ID, scope: "session" });
    const agent = spans.find(({ name }) => name === "invoke_agent worker");
    const below = spans.filter(({ name }) => name === "claude_code.compaction");
    expect(below.map(({ parentSpanId }) => parentSpanId)).toEqual([agent?.spanId, agent?.spanId]);
    expect(below.map(({ attributes }) => attributes.agent_id)).toEqual(["a1", "a1"]);
  });
});

describe("a subagent that answers while an agent of its own is still working", () => {
  const meta = { agentType: "worker", toolUseId: "t1", requestShape: "background", finished: true };
  const first = [prompt(2, "Delegate", { turnOrigin: undefined }), answer(3, "m2", "It is under way.")];
  const rest = [
    prompt(8, "[SYSTEM NOTIFICATION - NOT USER INPUT]", {
      turnOrigin: undefined,
      isMeta: true,
      origin: { kind: "task-notification" },
    }),
    request(8.1, "r3"),
    answer(9, "m3", "Now it is done.", { requestRef: "r3" }),
  ];
  const main = [
    prompt(0),
    answer(1, "m1", call("t1", "Agent", { prompt: "Delegate" })),
    result(1.1, "t1", launched("a1")),
    answer(1.5, "m4", "Launched."),
    stop(1.6),
  ];

  test("begins another conversation when that agent has finished, whether or not its file was read in between", () => {
    const spansRead = (parts: (typeof rest)[]) => {
      const reader = createReader(newSession(SESSION_ID), OPTIONS);
      for (const line of linesOf(main)) reader.readMain(line);
      reader.readAgentMeta("a1", meta);
      const pieces = parts.flatMap((records, index) => {
        for (const line of linesOf(recordsOf({ id: "a1", records }))) reader.readAgent("a1", line);
        return reader.finished({ quiet: false, ended: index === parts.length - 1 });
      });
      return toSpans(pieces, { sessionId: SESSION_ID, scope: "session" });
    };
    const whole = spansRead([[...first, ...rest]]);
    expect(spansRead([first, rest])).toEqual(whole);
    const agents = whole.filter(({ name }) => name === "invoke_agent worker");
    expect(agents.map(({ startMs }) => startMs)).toEqual([START_MS + 2000, START_MS + 8000]);
    const chat = whole.find(({ attributes }) => attributes["gen_ai.response.id"] === "m3");
    expect(chat?.parentSpanId).toBe(agents[1]?.spanId);
  });
});

test("a subagent whose answer is written before its prompt has the same spans as in the right order", () => {
  const given = prompt(2, "Work", { turnOrigin: undefined });
  const rows = [answer(3, "m2", "Found it."), answer(3.5, "m2", "And done.")];
  const main = [
    prompt(0),
    answer(1, "m1", call("t1", "Agent", { prompt: "Work" })),
    result(4, "t1", { toolUseResult: { status: "completed", agentId: "a1" } }),
    answer(5, "m3", "Done."),
    stop(5.1),
  ];
  const read = (records: typeof rows) =>
    spansOfScript(main, [{ id: "a1", meta: { agentType: "worker", toolUseId: "t1" }, records }], {
      keep: "full",
    });
  const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
  expect(read([first, given, second])).toEqual(read([given, first, second]));
});

test("a response of a 1.0 client's sidechain counts even if its prompt comes after it or is missing", () => {
  const old = { version: "1.0.128", turnOrigin: undefined, isSidechain: true };
  const found = answer(3, "m2", "Found it.", old);
  const given = prompt(2, "Work", old);
  const main = [
    prompt(0, "Go", { ...old, isSidechain: false }),
    answer(1, "m1", call("t1", "Task", { prompt: "Work" })),
  ];
  const end = [result(4, "t1"), answer(5, "m3", "Done.")];
  for (const sidechain of [[found], [found, given], [given, { ...found, parentUuid: given.uuid }]]) {
    const requests = spansOfScript([...main, ...sidechain, ...end]).filter(({ name }) =>
      name.startsWith("chat "),
    );
    expect(requests).toHaveLength(3);
  }
});
