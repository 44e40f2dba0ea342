import type { Line } from "../transcript/lines.ts";
import { parseLine, recordsOf } from "../transcript/parse.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import { agentsNamed } from "./agents/agents.ts";
import { forgetUnanswered, isCopiedResponse } from "./agents/hidden.ts";
import { type AgentMeta, isOfParent, readAgentMeta, readAgentRecord } from "./agents/read-agent.ts";
import { type FileFacts, finish } from "./finish/finish.ts";
import { createRowKeys, isRepeated, type RowFacts } from "./known-rows.ts";
import type { Finished } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import type { MainState, SessionState } from "./state.ts";
import { readMainRecord } from "./turns/read-main.ts";
import { markUsedIds, noteMessageId } from "./used-ids.ts";

/**
 * The front door of the session model: lines of a session's files go in, finished pieces come out. It knows no disk.
 * Everything that it remembers is in the session's state, which is plain JSON: save it between any two calls, restore it,
 * and go on with a new reader.
 *
 * Feed each file in its own order, and the main file before the agents' files.
 */
export interface SessionReader {
  /** Reads a line of the main file. True: ask for `finished` before the next line, so that each piece has its place. */
  readMain(line: Line): boolean;
  /** Reads a line of an agent's own file. False: its row is from after `untilMs`, and has not been read. */
  readAgent(agentId: string, line: Line, untilMs?: number): boolean;
  /** Reads what the agent's meta file says, as often as it may have changed. */
  readAgentMeta(agentId: string, meta: AgentMeta): void;
  /** Whether the end of a run waits: it can be told only after all agents' files have been read. */
  awaitsAgents(): boolean;
  /** Ids of the agents that calls speak of whose turn or conversation has not been released. */
  namedAgents(): Set<string>;
  /** What has become final since the last call, in the order in which it may be sent. */
  finished(facts: FileFacts): Finished[];
}

/**
 * A reader that goes on where `session` is; it changes `session` in place. A session that was not read from its start by this
 * reader needs the ledger of the rows that were read before.
 */
export function createReader(
  session: SessionState,
  options: SessionOptions,
  { ledger, ownerOf }: RowFacts = { ledger: createRowKeys() },
): SessionReader {
  session.recent ??= { keys: [], times: [], sinceMs: session.main.lastMs ?? 0 };
  const { recent } = session;
  session.recentIds ??= [];
  const { recentIds } = session;
  const isNew = (record: TranscriptRecord, isAgents: boolean) => {
    if (isRepeated(recent, ledger, record)) return false;
    const copiedFrom = ownerOf?.(record);
    if (copiedFrom !== undefined) {
      record.copiedFrom = copiedFrom;
      if (record.type === "assistant") noteMessageId(ledger, record);
      // What a fork copied of agents says nothing here: their requests are not in the main conversation's.
      return !isAgents;
    }
    if (record.type === "assistant") markUsedIds(recentIds, ledger, record, isAgents);
    return true;
  };
  function readAgentsRow(agentId: string, record: TranscriptRecord): void {
    if (isOfParent(session, agentId, record)) {
      // Known from now on, wherever it is written again; but the ids in it are the parent's to use first.
      isRepeated(recent, ledger, record);
      return;
    }
    if (isCopiedResponse(session, agentId, record, ledger)) return forgetUnanswered(session, agentId);
    if (!isNew(record, true)) return;
    assessCalls(session, record, options);
    if (isSaid(record)) record.atMs ??= latestOf(session, agentId);
    readAgentRecord(session, agentId, record, options);
  }

  return {
    readMain(line) {
      const parsed = parseLine(line);
      for (const found of recordsOf(parsed)) {
        if (!isNew(found, found.isSidechain)) continue;
        assessCalls(session, found, options);
        for (const record of dated(session.main, found)) readMainRecord(session, record, options);
      }
      if (parsed.kind === "issue") session.main.issues++;
      const last = session.main.items.at(-1);
      return last !== undefined && !(last.type === "turn" && last.awaitsDuration);
    },
    readAgent(agentId, line, untilMs = Number.POSITIVE_INFINITY) {
      const records = recordsOf(parseLine(line));
      if (records.some(({ atMs = 0 }) => atMs > untilMs)) return false;
      for (const record of records) readAgentsRow(agentId, record);
      return true;
    },
    readAgentMeta: (agentId, meta) => readAgentMeta(session, agentId, meta, options),
    awaitsAgents: () =>
      session.main.ending !== undefined || session.main.items.some(({ type }) => type === "cost-state"),
    namedAgents: () => agentsNamed(session),
    finished: (facts) => finish(session, facts, options),
  };
}

/** Notes with each call which rules it meets. */
function assessCalls(session: SessionState, record: TranscriptRecord, { assess }: SessionOptions): void {
  if (assess === undefined) return;
  const { cwd } = record;
  if (cwd !== undefined) session.root ??= cwd;
  // What a fork copied is the other session's, which tells of it.
  if (record.type !== "assistant" || record.copiedFrom !== undefined) return;
  for (const block of record.blocks) {
    if (block.type !== "tool_use") continue;
    const found = assess(block.name, block.input, {
      root: session.root,
      cwd,
      by: { sessionId: session.sessionId, call: block.id },
    });
    if (found.length > 0) block.findings = found;
  }
}

/** So many rows without a time may stand before the first that has one. */
const MAX_UNDATED = 16;

/**
 * The rows that can be read now, each with a time: one that lost its own has that of the row before it, or of the first
 * one that has any.
 */
function dated(main: MainState, record: TranscriptRecord): TranscriptRecord[] {
  if (isSaid(record)) record.atMs ??= main.lastMs;
  if (record.atMs === undefined) {
    if (isSaid(record)) main.undated = [...(main.undated ?? []), record].slice(0, MAX_UNDATED);
    return isSaid(record) ? [] : [record];
  }
  const { undated = [] } = main;
  delete main.undated;
  return [...undated.map((earlier) => ({ ...earlier, atMs: record.atMs })), record];
}

/** Whether a row counts for nothing without a time. */
function isSaid({ type }: TranscriptRecord): boolean {
  return type === "user" || type === "assistant";
}

function latestOf({ agents, main }: SessionState, agentId: string): number | undefined {
  return agents[agentId]?.threads.at(-1)?.thread.lastMs ?? main.lastMs;
}
