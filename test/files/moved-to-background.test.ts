import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import { walk } from "../../src/session/walk.ts";
import { readOn, readWhole } from "../support/read-files.ts";
import {
  answer,
  at,
  call,
  costState,
  type Fields,
  prompt,
  record,
  result,
  SESSION_ID,
  stop,
  textOf,
} from "../support/transcripts/scripted-session.ts";

// "Move to background and exit" (2.1.332): a fork goes on with the session, and with its agents in the files that they
// have. The fork's folder has links to them.
const MOVED_ID = "f0f0f0f0-1234-4abc-8def-00000000f0f0";

const history = [
  ...[prompt(0), answer(1, "m1", call("c1", "Agent"))],
  ...[result(2, "c1"), answer(3, "m2", "It is at work."), stop(4)],
];
const source = [
  ...[...history, costState(0.001)],
  record("continued-in", 5, { continuedInSessionId: MOVED_ID }),
];
/** The session is resumed later, too. */
const resumed = [prompt(30), answer(31, "m4", "Here I am again."), stop(32)];
// The fork begins after the agent has answered.
const begun = { type: "queue-operation", operation: "enqueue", timestamp: at(19.5), sessionId: MOVED_ID };
const moved = [
  begun,
  ...history.map((row) => ({ ...row, sessionId: MOVED_ID })),
  prompt(20, "<task-notification>", { turnOrigin: "task_notification", sessionId: MOVED_ID }),
  ...[answer(21, "m3", "It has ended.", { sessionId: MOVED_ID }), { ...stop(22), sessionId: MOVED_ID }],
];
const inAgent = (row: Fields) => ({ ...row, isSidechain: true, agentId: "a1" });
const before = [
  prompt(2, "Look", { turnOrigin: undefined }),
  answer(3, "a1", call("c2", "Bash")),
  prompt(4, "[Request interrupted by user for tool use]", { turnOrigin: undefined }),
].map(inAgent);
const after = [answer(19, "a2", "Done.", { sessionId: MOVED_ID })].map(inAgent);

function files() {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-moved-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [main, fork] = [SESSION_ID, MOVED_ID].map((id) => join(folder, `${id}.jsonl`)) as [string, string];
  const [agent, link] = [SESSION_ID, MOVED_ID].map((id) => {
    mkdirSync(join(folder, id, "subagents"), { recursive: true });
    return join(folder, id, "subagents", "agent-a1.jsonl");
  }) as [string, string];
  const write = (path: string, records: Fields[]) => appendFileSync(path, textOf(records));
  return { main, fork, agent, link, write };
}

function requestsIn(pieces: readonly Finished[]): (string | undefined)[] {
  const ids: (string | undefined)[] = [];
  walk(pieces, { request: ({ id }) => void ids.push(id) });
  return ids.sort();
}

test("what an agent does after its session was moved to the background counts once, in the session that goes on", () => {
  const { main, fork, agent, link, write } = files();
  write(main, [...source, ...resumed]);
  write(agent, [...before, ...after]);
  write(fork, moved);
  symlinkSync(agent, link);
  expect(requestsIn(readWhole(main))).toEqual(["a1", "m1", "m2", "m4"]);
  expect(requestsIn(readWhole(fork))).toEqual(["a2", "m3"]);
});

test("so it does if both sessions are read while the agent works", () => {
  const { main, fork, agent, link, write } = files();
  const states = { main: newReadState(SESSION_ID), fork: newReadState(MOVED_ID) };
  const look = (ended: boolean) => ({
    main: readOn(main, states.main, { quiet: true, ended }),
    fork: readOn(fork, states.fork, { quiet: true, ended }),
  });
  write(main, source);
  write(agent, before);
  write(fork, moved.slice(0, 1 + history.length));
  symlinkSync(agent, link);
  const early = look(false);
  write(agent, after);
  write(main, resumed);
  write(fork, moved.slice(1 + history.length));
  const late = look(true);
  expect(requestsIn([...early.main, ...late.main])).toEqual(["a1", "m1", "m2", "m4"]);
  expect(requestsIn([...early.fork, ...late.fork])).toEqual(["a2", "m3"]);
});
