import { describe, expect, test } from "vitest";
import { createReader } from "../../src/session/reader.ts";
import { newSession } from "../../src/session/state.ts";
import { endCurrentTurn } from "../../src/session/turns/turns.ts";
import { walk } from "../../src/session/walk.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { OPTIONS } from "../support/recordings.ts";
import {
  answer,
  call,
  costState,
  type Fields,
  linesOf,
  prompt,
  readScript,
  request,
  result,
  SESSION_ID,
  START_MS,
  stop,
} from "../support/transcripts/scripted-session.ts";

/** A response of one window whose second line is written during the turn of another window. */
const first = prompt(0, "One");
const second = prompt(2, "Two");
const begun = () => answer(1, "msg_01AbCdEfGhIjKlMnOpQrStUv", "Let me look.", { stop_reason: "tool_use" });
const late = (seconds: number) => answer(seconds, "msg_01AbCdEfGhIjKlMnOpQrStUv", call("c1", "Bash"));
const other = answer(3, "m2", "Done.");
const afterOneMore = [
  first,
  begun(),
  second,
  other,
  late(3.5),
  stop(3.6),
  prompt(4, "Three"),
  answer(5, "m3", "Done."),
  result(6, "c1"),
  stop(7),
];

/** Each call with its outcome, its seconds and the prompt of its turn. */
function callsIn(records: Fields[]) {
  const prompts = new Map([first, second].map((row) => [row.uuid, row.message]));
  const calls: unknown[] = [];
  walk(readScript(records), {
    toolCall({ name, outcome, startMs, endMs }, { turnId }) {
      calls.push([
        name,
        outcome,
        (endMs - startMs) / 1000,
        (prompts.get(turnId) as { content: string })?.content,
      ]);
    },
  });
  return calls;
}

describe("if two windows write one file, a call that is written late belongs to the turn of its response", () => {
  test.each<[when: string, records: Fields[], outcome: string, seconds: number]>([
    [
      "during the other window's turn",
      [first, begun(), second, late(2.5), other, result(4, "c1"), stop(5)],
      "ok",
      1.5,
    ],
    [
      "after the other window's turn",
      [first, begun(), second, other, stop(3.1), late(3.5), result(4, "c1")],
      "ok",
      0.5,
    ],
    ["with its result after one more prompt", afterOneMore, "ok", 2.5],
    ["without a result", [first, begun(), second, late(2.5), other, stop(4)], "interrupted", 0],
  ])("%s", (_, records, outcome, seconds) => {
    expect(callsIn(records)).toEqual([["Bash", outcome, seconds, "One"]]);
  });
});

describe("a call that is written after the trace of its turn is a child of the root of its own trace", () => {
  test.each<[where: string, records: Fields[], maxSpansPerTrace: number]>([
    [
      "after the end of a run",
      [first, begun(), stop(1.1), costState(), second, late(2.5), other, stop(4)],
      1_000,
    ],
  ])("%s", (_, records, maxSpansPerTrace) => {
    const spans = toSpans(readScript(records, [], { maxSpansPerTrace }), {
      sessionId: SESSION_ID,
      scope: "session",
    });
    const nameOf = new Map(spans.map(({ traceId, spanId, name }) => [`${traceId} ${spanId}`, name]));
    const [tool] = spans.filter(({ name }) => name.startsWith("execute_tool"));
    expect(nameOf.get(`${tool?.traceId} ${tool?.parentSpanId}`)).toMatch(/^claude_code\.session /);
  });
});

describe("a call that runs while another window's prompt is written", () => {
  const parentUuid = "the row that both windows have last";
  const one = { ...first, parentUuid };
  const two = { ...second, parentUuid };
  const running = answer(1, "m1", call("c1", "Bash"));

  test("ends with its own result, in the turn that made it", () => {
    expect(callsIn([one, running, two, other, result(4, "c1"), stop(5)])).toEqual([["Bash", "ok", 3, "One"]]);
  });

  test("is interrupted without a result", () => {
    expect(callsIn([one, running, two, other, stop(5)])).toEqual([["Bash", "interrupted", 0, "One"]]);
  });

  test("is not taken for a rewind, but one that Esc stopped is", () => {
    const rewound = (records: Fields[]) => {
      const turns: number[] = [];
      walk(readScript(records), { turn: (turn) => turns.push(turn.rewound?.turns ?? 0) });
      return turns;
    };
    expect(rewound([one, running, two, other, stop(5)])).toEqual([0, 0]);
    const esc = prompt(1.5, "[Request interrupted by user for tool use]", { turnOrigin: undefined });
    expect(rewound([one, running, esc, two, other, stop(5)])).toEqual([0, 1]);
  });
});

describe("if two windows work at once", () => {
  const parentUuid = "the row that both windows have last";
  const cost = { input_tokens: 10, output_tokens: 20 };

  /** The turns, each with its outcome, its end and the ids of its responses. */
  function turnsIn(records: Fields[]) {
    const turns: unknown[] = [];
    walk(readScript(records), {
      turn: ({ outcome, requests, startMs, endMs }) =>
        turns.push([outcome, (endMs - startMs) / 1000, ...requests.map(({ id }) => id)]),
    });
    return turns;
  }

  /** Gives each row the one before it in its window. */
  function linked(rows: Fields[]): Fields[] {
    return rows.map((row, index) => ({ ...row, parentUuid: rows[index - 1]?.uuid ?? parentUuid }));
  }

  test("what the model says counts with the turn of its window, behind a running call", () => {
    const [one, calls, ...rest] = linked([
      prompt(0, "One"),
      answer(1, "m1", call("c1", "Bash")),
      result(4, "c1"),
      answer(5, "m3", "Done."),
      stop(5.1),
    ]) as [Fields, Fields, ...Fields[]];
    const [two, ...others] = linked([
      prompt(2, "Two"),
      answer(3, "m2", call("c2", "Bash")),
      result(6, "c2"),
      answer(7, "m4", "Done."),
      stop(7.1),
    ]) as [Fields, ...Fields[]];
    const [other, ...behind] = others as [Fields, ...Fields[]];
    expect(turnsIn([one, calls, two, other, ...rest, ...behind])).toEqual([
      ["completed", 5.1, "m1", "m3"],
      ["completed", 5.1, "m2", "m4"],
    ]);
  });

  test("the first words count with the turn of their window, and each request has its own start", () => {
    const windows = (["sdk-cli", "cli"] as const).map((entrypoint, index) =>
      linked(
        [
          prompt(index, "Go"),
          answer(5 - index, `m${index}`, "Done.", { requestRef: `r${index}`, usage: cost }),
          stop(5.1 - index),
        ].map((row) => ({ ...row, entrypoint })),
      ),
    ) as [Fields[], Fields[]];
    const [[one, ...rest], [two, ...others]] = windows as [[Fields, ...Fields[]], [Fields, ...Fields[]]];
    const asked = [request(0.1, "r0"), request(1.1, "r1")] as const;
    const records = [one, asked[0], two, asked[1], ...others, ...rest];
    expect(turnsIn(records)).toEqual([
      ["completed", 3.1, "m1"],
      ["completed", 5.1, "m0"],
    ]);
    const starts: number[] = [];
    walk(readScript(records), { request: ({ startMs }) => starts.push((startMs - START_MS) / 1000) });
    expect(starts).toEqual([1.1, 0.1]);
  });

  test("a turn that seemed to be over goes on, and the other window's prompt is no rewind", () => {
    const [one, ...rest] = linked([prompt(0, "One"), answer(4, "m1", "Done."), stop(4.1)]) as [
      Fields,
      ...Fields[],
    ];
    const [two, ...others] = linked([prompt(1, "Two"), answer(5, "m2", "Done."), stop(5.1)]) as [
      Fields,
      ...Fields[],
    ];
    const records = [one, two, ...rest, ...others];
    expect(turnsIn(records)).toEqual([
      ["completed", 4.1, "m1"],
      ["completed", 4.1, "m2"],
    ]);
    const rewound: unknown[] = [];
    walk(readScript(records), { turn: (turn) => rewound.push(turn.rewound) });
    expect(rewound).toEqual([undefined, undefined]);
  });

  test("a scheduled prompt of one window gets its own answer, and none of the other window's", () => {
    const [one, calls, ...rest] = linked([
      prompt(0, "One"),
      answer(1, "m1", call("c1", "Bash")),
      result(4, "c1"),
      answer(5, "m3", "Done."),
      stop(5.1),
    ]) as [Fields, Fields, ...Fields[]];
    const others = linked([prompt(2, "Two"), answer(2.5, "m2", "Done."), stop(2.6)]);
    const scheduled = { isMeta: true, turnOrigin: undefined, promptId: "p3" };
    const [wakeup, answered] = linked([
      prompt(3, "check the deploy", scheduled),
      answer(6, "m4", "Done."),
    ]) as [Fields, Fields];
    const records = [one, calls, ...others, wakeup, ...rest];
    const turns = [
      ["completed", 0.6, "m2"],
      ["completed", 5.1, "m1", "m3"],
    ];
    expect(turnsIn(records)).toEqual(turns);
    expect(turnsIn([...records, answered])).toEqual([...turns, ["completed", 3, "m4"]]);
  });

  test("a turn that a row of the other window ends counts once, also if rows have no links", () => {
    const one = { entrypoint: "sdk-cli" };
    const scheduled = { isMeta: true, turnOrigin: undefined, promptId: "p3" };
    const records = [
      prompt(0, "One", one),
      prompt(1, "Two"),
      answer(2, "m1", "Done.", one),
      answer(3, "m2", "Done."),
      prompt(4, "check the deploy", scheduled),
      answer(5, "m1", "Indeed.", one),
      answer(6, "m3", "Deployed."),
    ];
    expect(turnsIn(records).filter((turn) => (turn as unknown[]).includes("m2"))).toHaveLength(1);
  });

  test("a turn whose process has died ends before the one that follows", () => {
    const [one] = linked([prompt(0, "One")]) as [Fields];
    const rows = linked([prompt(10, "Two"), answer(11, "m2", "Done."), stop(11.1)]);
    expect(turnsIn([one, ...rows])).toEqual([
      ["cut_off", 0],
      ["completed", 1.1, "m2"],
    ]);
  });

  test.each([
    ["without a mark of their ends", []],
    ["with a mark of the last one's end", [stop(31.1)]],
  ])("turns of processes that died one after the other count once each, %s", (_, end) => {
    const died = [0, 10, 20].flatMap((seconds) => linked([prompt(seconds, `At ${seconds}`)]));
    const rows = linked([prompt(30, "At last"), answer(31, "m1", "Done."), ...end]);
    expect(turnsIn([...died, ...rows])).toEqual([
      ["cut_off", 0],
      ["cut_off", 0],
      ["cut_off", 0],
      ["completed", end.length === 0 ? 1 : 1.1, "m1"],
    ]);
  });

  test("a Stop ends the turn of its window, and the other one goes on, also if no record marks ends", () => {
    const session = newSession(SESSION_ID);
    const reader = createReader(session, OPTIONS);
    const old = { version: "2.1.100", turnOrigin: undefined };
    const [one, ...rest] = linked([prompt(0, "One", old), answer(4, "m1", "Done.", old)]) as [
      Fields,
      ...Fields[],
    ];
    const [two, ...others] = linked([prompt(1, "Two", old), answer(5, "m2", "Done.", old)]) as [
      Fields,
      ...Fields[],
    ];
    for (const line of linesOf([one, two, ...rest])) reader.readMain(line);
    endCurrentTurn(session.main);
    for (const line of linesOf(others)) reader.readMain(line);
    const turns: unknown[] = [];
    walk(reader.finished({ quiet: true, ended: true }), {
      turn: ({ outcome, requests }) => turns.push([outcome, ...requests.map(({ id }) => id)]),
    });
    expect(turns).toEqual([
      ["completed", "m1"],
      ["completed", "m2"],
    ]);
  });
});
