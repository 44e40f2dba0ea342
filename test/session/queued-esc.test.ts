import { expect, test } from "vitest";
import type { Turn } from "../../src/session/model.ts";
import { walk } from "../../src/session/walk.ts";
import {
  answer,
  call,
  type Fields,
  prompt,
  readScript,
  record,
  result,
  stop,
} from "../support/transcripts/scripted-session.ts";

/** What the terminal writes if Esc stops a call while prompts wait: these first, then the end of the call. */
const first = prompt(0, "First", { promptId: "p1", turnPosition: { turnIndex: 1 } });
const asked = answer(1, "m1", call("c1", "Bash"), { parentUuid: first.uuid });
const queued = (seconds: number, promptId: string, parentUuid: unknown) =>
  prompt(seconds, "Queued", { promptId, parentUuid, turnPosition: { turnIndex: 2 } });
const one = queued(3, "p2", asked.uuid);
const two = queued(3.1, "p3", one.uuid);
const stopped = result(3.2, "c1", {
  promptId: "p3",
  parentUuid: asked.uuid,
  content: "The user doesn't want to proceed with this tool use.",
  is_error: true,
  toolDenialKind: "user-rejected",
});
const interrupted = record("user", 3.3, {
  promptId: "p3",
  parentUuid: stopped.uuid,
  message: { role: "user", content: [{ type: "text", text: "[Request interrupted by user for tool use]" }] },
});
const next = answer(4, "m2", call("c2", "Bash"), { parentUuid: interrupted.uuid });
const done = result(5, "c2", { parentUuid: next.uuid });
const last = answer(6, "m3", "Done.", { parentUuid: done.uuid });

function turnsIn(records: Fields[]) {
  const turns: Turn[] = [];
  walk(readScript(records), { turn: (turn) => turns.push(turn) });
  turns.sort((a, b) => a.index - b.index);
  return turns.map(({ outcome, requests, toolCalls, endMs, startMs }) => ({
    outcome,
    requests: requests.length,
    calls: toolCalls.map((one) => one.outcome),
    seconds: (endMs - startMs) / 1000,
  }));
}

test("Esc ends the turn that ran, and the prompts that waited get their answer", () => {
  expect(turnsIn([first, asked, one, two, stopped, interrupted, next, done, last, stop(6)])).toEqual([
    { outcome: "interrupted", requests: 1, calls: ["interrupted"], seconds: 3.3 },
    { outcome: "completed", requests: 2, calls: ["ok"], seconds: 3 },
  ]);
});

test("the same goes for clients without numbers of turns, which give the prompts that waited one id", () => {
  const old = [first, asked, one, two, stopped, interrupted, next, done, last].map((row) => ({
    ...row,
    turnPosition: undefined,
    promptId: row === first ? "p1" : "p3",
  }));
  expect(turnsIn([...old, stop(6)]).map(({ outcome, requests }) => [outcome, requests])).toEqual([
    ["interrupted", 1],
    ["completed", 2],
  ]);
});

test("the same goes for a process that ends before an answer", () => {
  expect(turnsIn([first, asked, one, two, stopped, interrupted])).toEqual([
    { outcome: "interrupted", requests: 1, calls: ["interrupted"], seconds: 3.3 },
    { outcome: "cut_off", requests: 0, calls: [], seconds: 0 },
  ]);
});

test("a prompt that waited alone counts once, also if another one has its id", () => {
  const old = [first, asked, one, { ...two, parentUuid: asked.uuid }, stopped, interrupted, next, done, last];
  const rows = old.map((row) => ({ ...row, turnPosition: undefined, promptId: row === first ? "p1" : "p3" }));
  const turns = turnsIn([...rows, stop(6)]);
  expect(turns.map(({ outcome, requests }) => [outcome, requests])).toEqual([
    ["interrupted", 1],
    ["cut_off", 0],
    ["completed", 2],
  ]);
});

test("Esc in one of two windows leaves the turn of the other one as it is", () => {
  const other = queued(2, "p2", first.parentUuid);
  const esc = { ...interrupted, promptId: "p1" };
  const answered = answer(5, "m2", "Done.", { parentUuid: other.uuid });
  expect(turnsIn([first, asked, other, { ...stopped, promptId: "p1" }, esc, answered, stop(6)])).toEqual([
    { outcome: "interrupted", requests: 1, calls: ["interrupted"], seconds: 3.3 },
    { outcome: "completed", requests: 1, calls: [], seconds: 4 },
  ]);
});
