import { describe, expect, test } from "vitest";
import { walk } from "../../src/session/walk.ts";
import {
  answer,
  call,
  costState,
  type Fields,
  prompt,
  readScript,
  record,
  result,
  START_MS,
  stop,
} from "../support/transcripts/scripted-session.ts";

/** The outcomes of turns and calls, and the requests of each turn, run by run. */
function told(records: Fields[]) {
  const pieces = readScript(records);
  const turns: unknown[] = [];
  const calls: string[] = [];
  walk(pieces, {
    turn: ({ outcome, requests }) => turns.push([outcome, requests.length]),
    toolCall: ({ outcome }) => calls.push(outcome),
  });
  const runs = pieces.flatMap((piece) => (piece.type === "run_finished" ? [piece.summary] : []));
  const late = pieces.filter(({ type }) => type === "late").length;
  return { turns, calls, runs: runs.length, late, hidden: runs.map(({ hiddenUsd = 0 }) => hiddenUsd) };
}

const interrupted = (seconds: number, text = "[Request interrupted by user]") =>
  prompt(seconds, text, { turnOrigin: undefined });
const resumed = [prompt(20, "Go on"), answer(21, "m9", "Yes."), stop(21.1), costState()];

/** A signal makes the client write its costs, and then what became of its last turn. */
describe("what a process writes behind its costs belongs to its last turn:", () => {
  test("an interrupt before the first byte", () => {
    const rows = [prompt(0), costState(), interrupted(2), ...resumed];
    expect(told(rows)).toMatchObject({
      turns: [
        ["interrupted", 0],
        ["completed", 1],
      ],
      runs: 2,
      late: 0,
    });
  });

  test("the lines of an answer that was stopped", () => {
    const cut = { stop_reason: null, usage: { input_tokens: 10, output_tokens: 1 } };
    const rows = [
      prompt(0),
      costState(),
      answer(1, "m1", "Quick words.", cut),
      answer(2, "m1", "And slow", { ...cut, isAbortedMidStream: true }),
      interrupted(2.1),
      ...resumed,
    ];
    expect(told(rows)).toMatchObject({
      turns: [
        ["interrupted", 1],
        ["completed", 1],
      ],
      runs: 2,
      late: 0,
    });
  });

  test("the result of a command that was stopped", () => {
    const rows = [
      prompt(0),
      answer(1, "m1", call("c1", "Bash")),
      costState(),
      result(3, "c1", { is_error: true, content: "Exit code 137" }),
      ...resumed,
    ];
    expect(told(rows)).toMatchObject({
      turns: [
        ["cut_off", 1],
        ["completed", 1],
      ],
      calls: ["error"],
      runs: 2,
      late: 0,
    });
  });

  test("but not what a resume writes for calls of a dead process", () => {
    const rows = [
      prompt(0),
      answer(1, "m1", call("c1", "Bash")),
      costState(),
      result(19, "c1", { is_error: true, toolDenialKind: "interrupted" }),
      ...resumed,
    ];
    expect(told(rows)).toMatchObject({ calls: ["interrupted"], runs: 2 });
  });
});

describe("the costs of another window", () => {
  const costsOf = (totalCostUSD: number, startedAt: number) => ({
    ...costState(totalCostUSD),
    startTime: START_MS + startedAt * 1000,
  });
  /** What a request of these tests costs. */
  const USD = 0.00044;
  const USD_PER_TOKEN = 0.00002;

  test.each([
    ["", []],
    [
      ", also if an earlier state of the client is written again behind them",
      [record("queue-operation", 0.5, {})],
    ],
  ])("do not end a turn that goes on%s", (_, between) => {
    const rows = [
      prompt(0),
      answer(1, "m1", call("c1", "Bash")),
      costState(),
      ...between,
      result(3, "c1"),
      answer(4, "m2", "Done."),
      stop(4.1),
    ];
    expect(told(rows)).toMatchObject({ turns: [["completed", 2]], calls: ["ok"], runs: 1, late: 0 });
  });

  test("leave what the first window has spent", () => {
    const rows = [
      ...[prompt(0), answer(1, "m1", "One.", { usage: { input_tokens: 10, output_tokens: 120 } }), stop(1.1)],
      ...[prompt(11), answer(12, "m2", "Of the other window."), stop(12.1), costsOf(USD, 10)],
      ...[prompt(20), answer(21, "m3", "Three."), stop(21.1), costsOf(2 * USD + 100 * USD_PER_TOKEN, -1)],
    ];
    expect(told(rows)).toMatchObject({ runs: 2, hidden: [0, 0] });
  });
});
