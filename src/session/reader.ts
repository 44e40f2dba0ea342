import type { Line } from "../transcript/lines.ts";
import { parseLine, recordsOf } from "../transcript/parse.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import { agentsNamed } from "./agents/agents.ts";
import { forgetUnanswered, isCopiedResponse } from "./agents/hidden.ts";
import { type AgentMeta, isOfParent, readAgentMeta, readAgentRecord, writerOf } from "./agents/read-agent.ts";
import { reviseResponse } from "./conversation/conversation.ts";
import { type FileFacts, finish } from "./finish/finish.ts";
import { isRepeated, noteCopy, type RowFacts } from "./known-rows.ts";
import type { Finished } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import { createRowKeys } from "./row-keys.ts";
import type { MainState, SessionState } from "./state.ts";
import { readMainRecord } from "./turns/read-main.ts";
import { markUsedIds, noteMessageId } from "./used-ids.ts";

/**
 * The entry point of the session model: lines of a session's files go in, finished pieces come out. It does not access
 * the disk. All that it remembers is in the session's state, which is plain JSON. You can save the state between any
 * two calls, restore it, and continue with a new reader.
 *
 * Pass each file in its own order, and the main file before the agents' files.
 */
export interface SessionReader {
  /** Reads a line of the main file. True: call `finished` before the next line, so that each piece gets its place. */
  readMain(line: Line): boolean;
  /** Reads a line of an agent's own file. False: the row is later than `untilMs` and was not read. */
  readAgent(agentId: string, line: Line, untilMs?: number): boolean;
  /** Reads the contents of the agent's meta file. Call it as often as the file may have changed. */
  readAgentMeta(agentId: string, meta: AgentMeta): void;
  /** Whether the end of a run is pending. It can be determined only after all agents' files have been read. */
  awaitsAgents(): boolean;
  /** Ids of the agents that are named by calls whose turn or conversation has not been released. */
  namedAgents(): Set<string>;
  /** What has become final since the last call, in the order in which it may be sent. */
  finished(facts: FileFacts): Finished[];
}

/**
 * A reader that continues from `session` and changes it in place. If an earlier reader read a part of the session, pass
 * the ledger of the rows that it read.
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
  /** `isOwn`: the row itself shows that no other session owns it. */
  const isNew = (record: TranscriptRecord, isAgents: boolean, isOwn = false) => {
    if (isRepeated(recent, ledger, record)) return false;
    const copiedFrom = isOwn ? undefined : ownerOf?.(record);
    if (copiedFrom !== undefined) {
      record.copiedFrom = copiedFrom;
      if (record.isRetold) noteCopy(recent, record);
      if (record.type === "assistant") noteMessageId(ledger, record);
      // Copied rows of agents are dropped. Their requests are not part of the main conversation.
      return !isAgents;
    }
    if (record.type === "assistant") markUsedIds(recentIds, ledger, record, isAgents);
    return true;
  };
  function readAgentsRow(agentId: string, record: TranscriptRecord, isOwn: boolean): void {
    if (isOfParent(session, agentId, record)) {
      // The row is recorded, so that a copy of it is recognized. The ids in it are not: the parent uses them first.
      isRepeated(recent, ledger, record);
      return;
    }
    if (isCopiedResponse(session, agentId, record, ledger)) return forgetUnanswered(session, agentId);
    if (!isNew(record, true, isOwn)) {
      reviseResponse(session.agents[agentId]?.threads.at(-1)?.thread, record);
      return;
    }
    assessCalls(session, record, options);
    if (needsTime(record)) record.atMs ??= latestOf(session, agentId);
    readAgentRecord(session, agentId, record, options);
  }

  return {
    readMain(line) {
      const parsed = parseLine(line);
      for (const found of recordsOf(parsed)) {
        if (!isNew(found, found.isSidechain)) {
          reviseResponse(session.main.turn?.thread, found);
          continue;
        }
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
      for (const record of records) {
        const writer = writerOf(session, record);
        if (writer === "unknown") return false;
        if (writer !== "other") readAgentsRow(agentId, record, writer === "own");
      }
      return true;
    },
    readAgentMeta: (agentId, meta) => readAgentMeta(session, agentId, meta, options),
    awaitsAgents: () =>
      session.main.ending !== undefined || session.main.items.some(({ type }) => type === "cost-state"),
    namedAgents: () => agentsNamed(session),
    finished: (facts) => finish(session, facts, options),
  };
}

/** Adds to each call the ids of the rules that it meets. */
function assessCalls(session: SessionState, record: TranscriptRecord, { assess }: SessionOptions): void {
  if (assess === undefined) return;
  const { cwd } = record;
  if (cwd !== undefined) session.root ??= cwd;
  // Rows that a fork copied belong to the other session, which reports their findings.
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

/** How many rows without a time may precede the first row that has one. */
const MAX_UNDATED = 16;

/**
 * The rows that can be read now, each with a time. A row without a time gets that of the row before it, or of the first
 * row that has one.
 */
function dated(main: MainState, record: TranscriptRecord): TranscriptRecord[] {
  if (needsTime(record)) record.atMs ??= main.lastMs;
  if (record.atMs === undefined) {
    if (needsTime(record)) main.undated = [...(main.undated ?? []), record].slice(0, MAX_UNDATED);
    return needsTime(record) ? [] : [record];
  }
  const { undated } = main;
  if (undated === undefined) return [record];
  main.undated = undefined;
  return [...undated.map((earlier) => ({ ...earlier, atMs: record.atMs })), record];
}

/** Whether a row without a time gets that of another row: prompts, results and responses are useless without one. */
function needsTime({ type }: TranscriptRecord): boolean {
  return type === "user" || type === "assistant";
}

function latestOf({ agents, main }: SessionState, agentId: string): number | undefined {
  return agents[agentId]?.threads.at(-1)?.thread.lastMs ?? main.lastMs;
}
