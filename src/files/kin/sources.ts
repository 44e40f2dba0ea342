import type { RowLedger } from "../../session/known-rows.ts";
import { createRowKeys } from "../../session/row-keys.ts";
import type { TranscriptRecord } from "../../transcript/record.ts";
import {
  contentKeys,
  isBlock,
  originalKey,
  retimedKeys,
  rowKey,
  writesRowsAgain,
} from "../../transcript/row-key.ts";
import { renewedKey } from "../../transcript/said-key.ts";
import { type AgentFile, listAgentFiles } from "../agents/agent-files.ts";
import type { PeekSession, ReadState, Source, Sources } from "../read-state.ts";
import { scanRowKeys } from "../row-scan.ts";
import { familyOf, isSource, rankOf } from "./family.ts";
import { forkedMsOf, giverOf, isPrompt, looksTaken, takenKeys } from "./givers.ts";
import { type Head, readLongHead } from "./head.ts";
import { isKinStanding, type KinMemory } from "./known-kin.ts";
import { listingAround } from "./listing.ts";
import { kinOf, knownHead, type Neighbour } from "./neighbours.ts";

/**
 * Returns a function that gives the id of the session that counts a row, when that is another session. Undefined: this
 * session counts the row.
 *
 * The file of a fork begins with copied history, and may not say so. So the first rows of the file are searched for in
 * the sessions beside it, once. When they are found, each row that is not newer than those files is looked up in them.
 *
 * A resume may also take rows from forks of the session, later in the file (`giverOf`).
 *
 * `memory`: what an earlier reading from the start found.
 */
export function createOwners(
  path: string,
  state: ReadState,
  peek: PeekSession,
  memory?: KinMemory,
): (record: TranscriptRecord) => string | undefined {
  const { sessionId } = state.session;
  // An older version of ccotel has already read part of the file without a search. Its rows stay as they were counted.
  if (state.session.recent === undefined && (state.main?.offset ?? 0) > 0) state.sources = NONE;
  // Before its first response, a file may not yet show all that it says about its history.
  let isDue = state.sources === undefined || state.sources.isEarly === true;
  const keysIn = oncePerFile((source) => createRowKeys(() => keysOf(source)));
  const takenBy = oncePerFile(takenKeys);

  function sourceOf(record: TranscriptRecord, key: number): string | undefined {
    const found = isDue ? findSources(path, sessionId, peek, memory) : state.sources;
    if (found === undefined) return undefined;
    isDue = false;
    state.sources = found;
    const { sources, untilMs, renewedMs, forkedMs } = found;
    if (sources.length === 0) return undefined;
    const original = originalKey(record);
    const { atMs = 0 } = record;
    // The last row that the Agent SDK copies has the time of the fork.
    if (original === undefined && atMs > untilMs) return undefined;
    const renewed = atMs === renewedMs ? renewedKey(record) : undefined;
    const mayBeGiven = forkedMs !== undefined && atMs > forkedMs && writesRowsAgain(record.version);
    const holders = sources.filter((source) => {
      if (source.path === undefined) return isNamed(record, source);
      const known = keysIn(source);
      if (![key, original, renewed].some((one) => one !== undefined && known.has(one))) {
        if (!isRetold(record, known)) return false;
        record.isRetold = true;
      }
      // The source may have taken the row from this session.
      return !mayBeGiven || !takenBy(source).has(key);
    });
    const begun = holders.filter((source) => (source.forkedMs ?? Number.POSITIVE_INFINITY) <= atMs);
    return (begun.at(-1) ?? holders[0])?.sessionId;
  }

  function giverIdOf(record: TranscriptRecord, key: number): string | undefined {
    if (isPrompt(record)) {
      const isTaken = looksTaken(record, sessionId, state.session.main.lastMs);
      const giver = isTaken ? giverOf(path, sessionId, record, state.sources?.sources ?? []) : undefined;
      if (giver === undefined) delete state.giver;
      else state.giver = giver;
    }
    if (state.giver === undefined || !keysIn(state.giver).has(key)) return undefined;
    record.isTaken = true;
    return state.giver.sessionId;
  }

  return (record) => {
    const { main } = state.session;
    const mayBeTaken =
      !record.isSidechain && (state.giver !== undefined || looksTaken(record, sessionId, main.lastMs));
    // Nearly all sessions have no source, so no row of theirs needs its key.
    if (!isDue && state.sources?.sources.length === 0 && !mayBeTaken) return undefined;
    const key = rowKey(record);
    if (key === undefined) return undefined;
    return sourceOf(record, key) ?? (mayBeTaken ? giverIdOf(record, key) : undefined);
  };
}

const NONE: Sources = { sources: [], untilMs: 0 };

function oncePerFile<T>(make: (source: Source) => T): (source: Source) => T {
  const known = new Map<string | undefined, T>();
  return (source) => {
    const made = known.get(source.path) ?? make(source);
    known.set(source.path, made);
    return made;
  };
}

/**
 * Whether the source has the row under another id. Behind a prompt of several blocks, clients up to 2.1.29 give new ids
 * to what a fork copies, and up to 2.0.29 also new times.
 */
function isRetold(record: TranscriptRecord, known: RowLedger): boolean {
  const isKnown = (said: number) => known.has(said);
  const contents = contentKeys(record);
  const isSent = record.type === "assistant" && record.requestId !== undefined;
  const retimed = isSent ? undefined : retimedKeys(record);
  if (!isPrompt(record)) return contents?.every(isKnown) === true || retimed?.every(isKnown) === true;
  const place = contents?.[1];
  return (place !== undefined && isKnown(place)) || (isBlock(record) && retimed?.every(isKnown) === true);
}

/**
 * Whether the row names a source that was deleted after it was counted. The source's rows cannot be looked up any more.
 */
function isNamed(record: TranscriptRecord, { sessionId, untilMs = 0 }: Source): boolean {
  const named = [
    record.sessionId,
    record.forkedFrom,
    record.type === "assistant" ? record.requestSessionId : undefined,
  ];
  const isOlder = (record.atMs ?? 0) <= untilMs || originalKey(record) !== undefined;
  return named.includes(sessionId) && isOlder;
}

function keysOf({ sessionId, path = "" }: Source): Float64Array {
  const agents = listAgentFiles(path, sessionId, true);
  const files = [path, ...agents.map((agent: AgentFile) => agent.path)];
  return scanRowKeys(files.map((file) => ({ path: file, bytes: Number.POSITIVE_INFINITY })));
}

/**
 * Whether a reading from the start would find a source, or would have to search again, where an earlier one of the same
 * beginning found none. `known`: what that reading found. `memory`: as `createOwners` takes it.
 */
export function hasSource(path: string, sessionId: string, known: Sources, memory: KinMemory): boolean {
  if (known.isOriginal) return false;
  if (memory.known !== undefined && isKinStanding(sessionId, listingAround(path, true).files, memory.known))
    return false;
  const found = findSources(path, sessionId, () => undefined, memory);
  return found === undefined || found.isEarly === true || found.sources.length > 0;
}

/** Undefined while the file contains nothing to search for. */
function findSources(
  path: string,
  sessionId: string,
  peek: PeekSession,
  memory?: KinMemory,
): Sources | undefined {
  const head = readLongHead(path, sessionId, knownHead(path));
  if (head === undefined || head.rowIds.length === 0) return undefined;
  // A file with a sign of copied history is searched, however soon after its source it began.
  const hasSigns = head.isOld || head.beginsLate || head.named.length > 0;
  if (head.isOriginal && !hasSigns) return head.isSettled ? { ...NONE, isOriginal: true } : NONE;
  const own: Neighbour = { sessionId, path, head };
  const kin = kinOf(path, sessionId, head, memory).map((other) => ({
    ...other,
    head: readLongHead(other.path, other.sessionId, knownHead(other.path)) ?? other.head,
  }));
  const family = familyOf([own, ...kin]);
  const found = kin
    .filter((other) => isSource(other, own, family, peek))
    .sort((a, b) => (rankOf(a, family) < rankOf(b, family) ? -1 : 1));
  const gone = head.named.flatMap((id) => goneSource(id, family.ids, peek));
  const sources = [...found.map(toSource), ...gone];
  const times = [...found.map((one) => one.head.lastMs), ...gone.map(({ untilMs = 0 }) => untilMs)];
  // Clients up to 2.0.29 give copied rows the time of the fork.
  const untilMs = Math.max(0, ...times, head.isOld ? head.headLastMs : 0);
  return {
    sources,
    untilMs,
    ...(head.isRenewed ? { renewedMs: head.begunMs } : {}),
    ...withForkedMs(head),
    ...(head.hasResponse ? {} : { isEarly: true }),
  };
}

function toSource({ sessionId, path, head }: Neighbour): Source {
  return { sessionId, path, ...withForkedMs(head) };
}

function withForkedMs(head: Head): Pick<Source, "forkedMs"> {
  const forkedMs = forkedMsOf(head);
  return forkedMs === undefined ? {} : { forkedMs };
}

/** A session that this one names, and that was counted before its file was deleted. */
function goneSource(id: string, family: readonly string[], peek: PeekSession): Source[] {
  const known = family.includes(id) ? undefined : peek(id);
  const untilMs = known?.session.main.lastMs;
  return untilMs === undefined ? [] : [{ sessionId: id, untilMs }];
}
