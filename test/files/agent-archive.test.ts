import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createAgentArchive } from "../../src/files/agent-archive.ts";
import { newReadState } from "../../src/files/read-state.ts";
import { createRowKeys } from "../../src/session/known-rows.ts";
import type { Finished } from "../../src/session/model.ts";
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

function newLife() {
  const session = scriptSession([]);
  let saved = JSON.stringify(newReadState(SESSION_ID));
  const finished: Finished[] = [];
  const ledger = createRowKeys();
  const archive = createAgentArchive();
  const read = (facts = live) => {
    // The folder changes only when a file is added, and has not within the last seconds: a person's turns take longer.
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

test("a session of hundreds of agents gives live what one pass gives, with few of them at hand", () => {
  const { session, read, finished, state } = newLife();
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
  ["that the result names: as soon as any other", { resumedAgentId: "a3" }, 2],
  ["that only its file knows of: a few turns later", { success: true }, Math.ceil(AGENTS / 16)],
])("a resting agent is given more to do %s, once", (_, toolUseResult, most) => {
  const { session, read, finished } = newLife();
  for (let index = 0; index < AGENTS; index++) turnWithAgent(session, index);
  read();
  turnWithMessage(session, AGENTS, 3, toolUseResult);
  session.appendToAgent(more(3, AGENTS * TURN_SECONDS));
  let looks = 0;
  const hasCome = () =>
    finished.some((piece) => piece.type === "subagent" && piece.subagent.invocation === 2);
  while (!hasCome() && looks < 100) {
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
  ["and nothing will come any more", { quiet: true, ended: true }],
  ["by its cost, behind a turn", { ...live, exits: true }],
])("a resting agent whose run ends, %s, is looked at before the run's summary is made", (_, facts) => {
  const { session, read, finished } = newLife();
  for (let index = 0; index < AGENTS; index++) turnWithAgent(session, index);
  read();
  session.appendToAgent(more(150, AGENTS * TURN_SECONDS));
  turn(session, AGENTS + 1);
  session.append([costState()]);
  read(facts);
  const spans = toSpans(finished, { sessionId: SESSION_ID, scope: "session" });
  expect(byId(spans)).toEqual(byId(spansOfSession(session.path, "session")));
});

test("a file where the folder of agents should be is no folder: the session is read without agents", () => {
  const { session, read } = newLife();
  turn(session, 0);
  writeFileSync(join(dirname(session.path), SESSION_ID), "");
  expect(read().map(({ type }) => type)).toContain("turn");
});
