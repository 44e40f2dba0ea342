import { describe, expect, test } from "vitest";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import {
  answer,
  call,
  costState,
  prompt,
  readScript,
  record,
  request,
  result,
  SESSION_ID,
  stop,
} from "../support/transcripts/scripted-session.ts";

type Records = Record<string, unknown>[];

function spansOf(records: Records, agents: Parameters<typeof readScript>[1] = []): Span[] {
  return toSpans(readScript(records, agents), { sessionId: SESSION_ID, scope: "session" });
}

const turns = (spans: Span[]) => spans.filter(({ name }) => name === "invoke_agent claude-code");
const agentsIn = (spans: Span[]) =>
  spans.filter(({ name }) => name.startsWith("invoke_agent ") && name !== "invoke_agent claude-code");
const parentOf = (span: Span | undefined, spans: Span[]) =>
  spans.find(({ spanId }) => spanId === span?.parentSpanId);

describe("what starts a turn", () => {
  const old = { turnOrigin: undefined, version: "2.1.219" };
  const wakeup = (seconds: number, text: string, promptId: string) =>
    prompt(seconds, text, { ...old, isMeta: true, promptId });

  test("is a scheduled prompt, also if the client writes it like one of its own messages", () => {
    const spans = spansOf([
      prompt(0, "/loop check", { ...old, promptId: "p1" }),
      answer(1, "m1", "Scheduled."),
      wakeup(300, "check the deploy", "p2"),
      answer(301, "m2", "Still running."),
      wakeup(600, "check the deploy", "p3"),
      answer(601, "m3", "It is done."),
    ]);
    expect(turns(spans).map(({ startMs, endMs }) => endMs - startMs)).toEqual([1000, 1000, 1000]);
    expect(turns(spans)[1]?.attributes["ccotel.turn.source"]).toBe("scheduled");
  });

  test.each([
    ["belongs to the turn", wakeup(2, "Your answer was cut off.", "p1")],
    ["gets no answer", wakeup(2, "The user ran a command.", "p2")],
    ["is a reminder", wakeup(2, "<system-reminder>Be brief.</system-reminder>", "p3")],
    ["explains a call", { ...wakeup(2, "Base directory of the skill", "p4"), sourceToolUseID: "c1" }],
    [
      "is the summary of an old client",
      prompt(2, "This session is being continued from a previous conversation that ran out of context.", old),
    ],
  ])("is not a message of the client that %s", (_, message) => {
    const records = [prompt(0, "Go", { ...old, promptId: "p1" }), answer(1, "m1", "Done."), message];
    expect(turns(spansOf(records))).toHaveLength(1);
    const next = [...records, prompt(5, "Next", { ...old, promptId: "p9" }), answer(6, "m2", "Done too.")];
    expect(turns(spansOf(next))).toHaveLength(2);
  });

  test("is not the feedback of a goal: the work is one turn until the goal is met", () => {
    const feedback = record("user", 2, {
      message: { role: "user", content: "Stop hook feedback:\n[all tests are run]: not yet" },
      isMeta: true,
      promptId: "prompt at 0",
    });
    const records = [
      prompt(0),
      answer(1, "m1", "Working."),
      feedback,
      stop(2.1),
      answer(3, "m2", "Met."),
      stop(3.1),
    ];
    const [turn, ...others] = turns(spansOf([...records, prompt(10), answer(11, "m3", "Next."), stop(11.1)]));
    expect(others).toHaveLength(1);
    expect(turn?.attributes["ccotel.requests"]).toBe(2);
  });
});

describe("the outcome of a turn", () => {
  test("is completed also if a proxy writes no stop reason and only one token", () => {
    const [turn] = turns(
      spansOf([prompt(0), answer(1, "m1", "Y", { stop_reason: null, usage: { output_tokens: 1 } })]),
    );
    expect(turn?.attributes["ccotel.turn.outcome"]).toBe("completed");
  });
});

describe("the parent of an agent", () => {
  const life = (from: number, text: string, id: string) => [
    prompt(from, text),
    answer(from + 1, id, "Done."),
  ];

  test("is the call that named the teammate, whatever the name of the file and the text around the prompt", () => {
    const main = [
      prompt(0),
      answer(1, "m1", call("c1", "Agent", { name: "scout", prompt: "Look" })),
      answer(1.1, "m1", call("c2", "Agent", { name: "smith", prompt: "Look" })),
      result(1.2, "c1", { toolUseResult: { status: "teammate_spawned", name: "scout" } }),
      result(1.3, "c2", { toolUseResult: { status: "teammate_spawned", name: "smith" } }),
      answer(2, "m2", "They work."),
      stop(2.1),
    ];
    const message = '<teammate-message teammate_id="team-lead">\nLook\n</teammate-message>';
    const spans = spansOf(main, [
      { id: "asmith-01", meta: { agentType: "smith", name: "smith" }, records: life(1.5, message, "m3") },
      { id: "ascout-02", meta: { agentType: "scout", name: "scout" }, records: life(1.6, message, "m4") },
    ]);
    for (const [agent, called] of [
      ["scout", "c1"],
      ["smith", "c2"],
    ]) {
      const span = spans.find(({ name }) => name === `invoke_agent ${agent}`);
      expect(parentOf(span, spans)?.attributes["gen_ai.tool.call.id"]).toBe(called);
      expect(span?.attributes["ccotel.background"]).toBe(true);
    }
  });

  test("is the session span if the agent began after the last record, and the session's sums include it", () => {
    const spans = spansOf(
      [prompt(0), answer(1, "m1", "Hello."), stop(1.1)],
      [{ id: "aside_question-01", records: life(20, "What is a cart?", "m2") }],
    );
    expect(agentsIn(spans).map((span) => parentOf(span, spans)?.name)).toEqual([
      "claude_code.session acme-shop",
    ]);
    const summary = spans.find(({ name }) => name === "claude_code.session.summary");
    expect(summary?.attributes["ccotel.requests"]).toBe(2);
  });
});

describe("the agent of a forked skill", () => {
  test("starts with the first message of its file", () => {
    const spans = spansOf(
      [
        prompt(0),
        answer(1, "m1", call("c1", "Skill", { skill: "probe" })),
        result(5, "c1", { toolUseResult: { agentId: "a1", status: "forked" } }),
        answer(6, "m3", "Probed."),
        stop(6.1),
      ],
      [
        {
          id: "a1",
          records: [
            prompt(1.5, "Base directory for this skill", { isMeta: true }),
            request(2, "r1"),
            answer(4, "m2", "Nothing.", { requestRef: "r1" }),
          ],
        },
      ],
    );
    const [agent] = agentsIn(spans);
    expect((agent?.endMs ?? 0) - (agent?.startMs ?? 0)).toBe(2500);
    const chat = spans.find(({ parentSpanId }) => parentSpanId === agent?.spanId);
    expect(chat?.attributes["ccotel.attempts"]).toBe(1);
  });
});

describe("a run", () => {
  const fork = record("system", 3, {
    subtype: "local_command",
    content: "<local-command-stdout>session running</local-command-stdout>",
    commandRun: { command: "fork", args: "look" },
  });
  const first = [prompt(0), answer(1, "m1", "Hello."), stop(1.1), costState()];
  const second = [prompt(10), answer(11, "m2", "Again."), stop(11.1), costState()];
  const runs = (records: Records) =>
    spansOf(records).filter(({ name }) => name === "claude_code.session.summary").length;

  test("continues after the costs that /fork writes", () => {
    expect(runs([...first, fork, ...second])).toBe(1);
    expect(runs([...first, ...second])).toBe(2);
  });
});

describe("a request whose start is recorded late", () => {
  test("has no time to its first chunk, but a bound from the previous record, at most 0.3 s before that start", () => {
    const thinking = { type: "thinking", thinking: "…" };
    const chat = (sentAt: number, thinkingDurationMs = 750) =>
      spansOf([
        prompt(0),
        request(sentAt, "r1"),
        answer(1.25, "m1", thinking, { requestRef: "r1", apiBlockIndex: 0, thinkingDurationMs }),
        stop(1.3),
      ]).find(({ name }) => name.startsWith("chat "))?.attributes;
    expect(chat(0.1)).toMatchObject({ "gen_ai.response.time_to_first_chunk": 0.4 });
    // The client writes the time up to 0.226 s late, so the request did not start at a prompt that is much older.
    for (const [late, streamedMs, bound] of [
      [0.29, 950, 1.25],
      [0.49, 750, 1.06],
      [0.6, 750, 0.95],
    ] as const) {
      expect(chat(late, streamedMs)).not.toHaveProperty("gen_ai.response.time_to_first_chunk");
      expect(chat(late, streamedMs)).toMatchObject({ "ccotel.time_to_first_block": bound });
    }
  });
});
