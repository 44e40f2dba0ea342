import { createRowKeys } from "../../session/row-keys.ts";
import type { TranscriptRecord } from "../../transcript/record.ts";
import { originalKey, rowKey } from "../../transcript/row-key.ts";
import { renewedKey } from "../../transcript/said-key.ts";
import { type AgentFile, listAgentFiles } from "../agents/agent-files.ts";
import type { ReadState, Source, Sources } from "../read-state.ts";
import { recordsIn, scanRowKeys } from "../row-scan.ts";
import { forkedMsOf, giverOf, isOfOldClient, isPrompt, looksTaken, takenKeys } from "./givers.ts";
import { type Head, readLongHead } from "./head.ts";
import { isKinStanding, type KinMemory } from "./known-kin.ts";
import { listingAround } from "./listing.ts";
import { kinOf, knownHead, type Neighbour } from "./neighbours.ts";

/**
 * What an earlier reading found out about another session. Undefined when there was no such reading. That session keeps
 * the rows that it has counted, and does not claim rows that it left to others.
 */
export type PeekSession = (sessionId: string) => Pick<ReadState, "session" | "sources"> | undefined;

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
    const mayBeGiven = forkedMs !== undefined && atMs > forkedMs && isOfOldClient(record);
    const holders = sources.filter((source) => {
      if (source.path === undefined) return isNamed(record, source);
      const known = keysIn(source);
      if (![key, original, renewed].some((one) => one !== undefined && known.has(one))) return false;
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
  // Clients up to 2.0.14 give copied rows the time of the fork.
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

function sharesBeginning(own: Head, other: Head): boolean {
  return other.rowIds.some((id) => own.rowIds.includes(id));
}

/** Whether the other session, and not this one, counts the rows that both have. */
function isSource(other: Neighbour, own: Neighbour, family: Family, peek: PeekSession): boolean {
  // The other session has rows before the common ones: this one is its fork and begins after a compaction.
  if (!sharesBeginning(own.head, other.head)) return true;
  const known = peek(other.sessionId)?.sources;
  if (known !== undefined) return !known.sources.some(({ sessionId }) => sessionId === own.sessionId);
  const [namesOther, namesOwn] = [names(own, other), names(other, own)];
  if (namesOther !== namesOwn) return namesOther;
  const [ofOther, ofOwn] = [rankOf(other, family), rankOf(own, family)];
  if (ofOther !== ofOwn) return ofOther < ofOwn;
  // A fork writes its own rows later than the rows of its source that it did not copy. While one of the two has no rows
  // of its own, the file that was created later is the fork.
  const [otherMs, ownMs] = [firstMsBeyond(other, own), firstMsBeyond(own, other)];
  if (otherMs !== undefined && ownMs !== undefined && otherMs !== ownMs) return otherMs < ownMs;
  const { createdMs } = own.head;
  return other.head.createdMs === createdMs
    ? other.sessionId < own.sessionId
    : other.head.createdMs < createdMs;
}

function names({ head }: Neighbour, { sessionId }: Neighbour): boolean {
  return head.named.includes(sessionId);
}

/** The sessions with the same first rows. `showStarts`: the file of every fork shows when the fork began. */
interface Family {
  ids: readonly string[];
  showStarts: boolean;
}

function familyOf(members: readonly Neighbour[]): Family {
  const forks = members.filter(({ head }) => head.beginsLate || head.named.length > 0);
  return {
    ids: members.map(({ sessionId }) => sessionId),
    showStarts: forks.every(({ head }) => head.beginsLate),
  };
}

/**
 * A key that sorts the sessions of a family from the original to its last fork. A session has copied if it names
 * others, if its file shows that it began later, or if its rows have later times. Forks of clients from 2.0 to 2.1.2xx
 * may name their source or not, but with `-p` their files show when they began.
 */
function rankOf({ head }: Neighbour, { ids, showStarts }: Family): string {
  const named = head.named.filter((id) => ids.includes(id)).length;
  const forkedMs = showStarts && head.beginsLate ? head.begunMs : 0;
  // Clients up to 2.0.14 give copied rows new times, and those show more than when a file was created: it may be a restored
  // copy.
  const isCopy = Number(!head.isOld && !head.isOriginal);
  const rank = [forkedMs, named, Number(head.beginsLate), isCopy, head.firstMs];
  return rank.map((part) => String(part).padStart(16, "0")).join(" ");
}

/** The time of the first row that `other` does not have, in epoch ms. Undefined when there is none. */
function firstMsBeyond({ path }: Neighbour, other: Neighbour): number | undefined {
  const bytes = Number.POSITIVE_INFINITY;
  const others = createRowKeys();
  for (const record of recordsIn({ path: other.path, bytes }))
    for (const key of keysIn(record)) others.add(key);
  for (const record of recordsIn({ path, bytes })) {
    const keys = keysIn(record);
    if (keys.length > 0 && record.atMs !== undefined && !keys.some((key) => others.has(key)))
      return record.atMs;
  }
  return undefined;
}

/** The keys of the row and of the one that it names as its original. */
function keysIn(record: TranscriptRecord): number[] {
  return [rowKey(record), originalKey(record)].filter((key) => key !== undefined);
}

/** A session that this one names, and that was counted before its file was deleted. */
function goneSource(id: string, family: readonly string[], peek: PeekSession): Source[] {
  const known = family.includes(id) ? undefined : peek(id);
  const untilMs = known?.session.main.lastMs;
  return untilMs === undefined ? [] : [{ sessionId: id, untilMs }];
}
