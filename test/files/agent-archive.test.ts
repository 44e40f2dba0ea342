import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createAgentArchive } from "../../src/files/agents/archive.ts";
import { newReadState } from "../../src/files/read-state.ts";
import type { Finished } from "../../src/session/model.ts";
import { createRowKeys } from "../../src/session/row-keys.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readOn, spansOfSession } from "../support/read-files.ts";
import {
  more,
  TURN_SECONDS,
  turn,
  turnWithAgent,
  turnWithMessage,
} from "../support/transcripts/agents-session.ts";
import { scriptSession } from "../support/transcripts/scripted-files.ts";
import { costState, SESSION_ID, START_MS } from "../support/transcripts/scripted-session.ts";

const AGENTS = 300;
const live = { quiet: false, ended: false };

function startSession() {
  const session = scriptSession([]);
  let saved = JSON.stringify(newReadState(SESSION_ID));
  const finished: Finished[] = [];
  const ledger = createRowKeys();
  const archive = createAgentArchive();
  const read = (facts = live) => {
    // The worker lists the folder again if its time is new. Here its time changes only when a file is added.
    const folder = join(dirname(session.path), SESSION_ID, "subagents");
    if (existsSync(folder)) {
      const added = new Date(START_MS + readdirSync(folder).length * 1000);
      utimesSync(folder, added, added);
    }
    const state = JSON.parse(saved);
    const pieces = readOn(session.path, state, {
      ...facts,
      openLedger: () => ledger,
      openArchive: () => archive,
    });
    saved = JSON.stringify(state);
    finished.push(...pieces);
    return pieces;
  };
  const state = () => JSON.parse(saved);
  return { session, read, finished, state };
}

const byId = (spans: Span[]) => Object.fromEntries(spans.map((span) => [span.spanId, span]));

test("a session with 300 agents gives the same spans live as in one pass, and keeps at most 64 agents in its state", () => {
  const { session, read, finished, state } = startSession();
  for (let index = 0; index < AGENTS; index++) {
    turnWithAgent(session, index);
    read();
  }
  expect(Object.keys(state().session.doneAgents).length).toBeLessThan(65);
  expect(Object.keys(state().agents).length).toBeLessThan(65);
  read({ quiet: true, ended: true });
  const spans = toSpans(finished, { sessionId: SESSION_ID, scope: "session" });
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  expect(byId(spans)).toEqual(byId(spansOfSession(session.path, "session")));
});

test.each([
  ["is read in the next pass or the one after it if a tool result names it", { resumedAgentId: "a3" }, 2],
  ["is read within a few turns if only its file has grown", { success: true }, Math.ceil(AGENTS / 16)],
])("new work of an archived agent %s, and once", (_, toolUseResult, most) => {
  const { session, read, finished } = startSession();
  for (let index = 0; index < AGENTS; index++) turnWithAgent(session, index);
  read();
  turnWithMessage(session, AGENTS, 3, toolUseResult);
  session.appendToAgent(more(3, AGENTS * TURN_SECONDS));
  let looks = 0;
  const isRead = () => finished.some((piece) => piece.type === "subagent" && piece.subagent.invocation === 2);
  while (!isRead() && looks < 100) {
    looks++;
    turn(session, AGENTS + looks);
    read();
  }
  expect(looks).toBeLessThanOrEqual(most);
  read({ quiet: true, ended: true });
  const spans = toSpans(finished, { sessionId: SESSION_ID, scope: "session" });
  expect(byId(spans)).toEqual(byId(spansOfSession(session.path, "session")));
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
});

test.each([
  ["with the end of the session", { quiet: true, ended: true }],
  ["with its costs after a turn", { ...live, exits: true }],
])("if a run ends %s, its archived agents are read before its summary is made", (_, facts) => {
  const { session, read, finished } = startSession();
  for (let index = 0; index < AGENTS; index++) turnWithAgent(session, index);
  read();
  session.appendToAgent(more(150, AGENTS * TURN_SECONDS));
  turn(session, AGENTS + 1);
  session.append([costState()]);
  read(facts);
  const spans = toSpans(finished, { sessionId: SESSION_ID, scope: "session" });
  expect(byId(spans)).toEqual(byId(spansOfSession(session.path, "session")));
});

test("a session is read without agents if a file is in the place of their folder", () => {
  const { session, read } = startSession();
  turn(session, 0);
  writeFileSync(join(dirname(session.path), SESSION_ID), "");
  expect(read().map(({ type }) => type)).toContain("turn");
});
