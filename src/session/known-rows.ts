import { hash53 } from "../hash53.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import {
  contentKeys,
  isBlock,
  isUnique,
  responsePlaceKey,
  retimedKeys,
  rowKey,
  toldKey,
} from "../transcript/row-key.ts";

/**
 * Which rows of a session's files have been read. Clients write history again: into the same file after a compaction or
 * a resume, and into the files of hidden agents. Such a row counts once, for the first place where it was read.
 */
export interface RowLedger {
  /** Whether the row was added, however long ago. Loads the stored rows at the first call, not earlier. */
  has(key: number): boolean;
  add(key: number): void;
}

/** What is known about a session's rows beyond what its reader has read. */
export interface RowFacts {
  ledger: RowLedger;
  /** The session that counts the row, when that is another one: history that a fork copied. */
  ownerOf?: (record: TranscriptRecord) => string | undefined;
}

/**
 * The newest rows, as plain JSON. A row that is newer than all rows read so far cannot be a repetition. A repeated row
 * that is newer than `sinceMs` is in this list. So the ledger is only asked about older rows, and the cost of a Stop
 * depends on what is new.
 */
export interface RecentRows {
  /** Sorted by time. */
  keys: number[];
  times: number[];
  /** Rows up to this time, in epoch ms, may have been removed from this list. Undefined: none was removed. */
  sinceMs?: number;
  /** Rows of the conversation without a time were read. They are not in this list. */
  hasUndated?: true;
  /** The key of the last row that was a copy under a new id, and its time. */
  copied?: number;
  copiedMs?: number | undefined;
}

/** More rows than the client's buffers and parallel tools write out of order. */
const MAX_RECENT = 48;

/** The recent rows of a conversation that has none yet. */
export function noRecentRows(): RecentRows {
  return { keys: [], times: [] };
}

/** Records the row. True when it was read earlier and must not be counted again. */
export function isRepeated(recent: RecentRows, ledger: RowLedger, record: TranscriptRecord): boolean {
  const key = rowKey(record);
  if (key === undefined) return false;
  const { atMs } = record;
  if (isKnown(recent, ledger, key, atMs)) return true;
  const contents = contentKeys(record);
  const retimed = retimedKeys(record);
  const told = toldKey(record);
  const isBehindCopy = isBehind(recent, record);
  const isCopy =
    isCopiedAnew(recent, ledger, record, { contents, isBehindCopy }) ||
    isCopiedLater(recent, ledger, record, { retimed, isBehindCopy }) ||
    isToldAgain(recent, ledger, record, { told, isBehindCopy });
  if (isCopy) noteCopy(recent, record);
  add(recent, ledger, key, atMs);
  if (told !== undefined) {
    // Of a conversation, responses are most of the rows: the list has no room for both keys of each.
    if (record.type === "user") add(recent, ledger, told, atMs);
    else ledger.add(told);
  }
  if (contents !== undefined) for (const content of contents) add(recent, ledger, content, atMs);
  if (retimed !== undefined && !isBlock(record)) for (const said of retimed) ledger.add(said);
  if (atMs === undefined && (record.type === "user" || record.type === "assistant")) recent.hasUndated = true;
  return isCopy;
}

/** Records that the row is a copy under a new id of a row in another session. */
export function noteCopy(recent: RecentRows, record: TranscriptRecord): void {
  const key = rowKey(record);
  if (key === undefined) return;
  recent.copied = key;
  recent.copiedMs = record.atMs;
}

function add(recent: RecentRows, ledger: RowLedger, key: number, atMs: number | undefined): void {
  ledger.add(key);
  if (atMs !== undefined) note(recent, key, atMs);
}

/** Whether the row follows the last copy under a new id. */
function isBehind({ copied }: RecentRows, { parentUuid }: TranscriptRecord): boolean {
  return copied !== undefined && parentUuid !== undefined && hash53(parentUuid) === copied;
}

/**
 * Whether the row was read before under another id and with another time. Such copies begin with a response that
 * follows no row, or with the first block of a prompt of several blocks, as a row of its own. The others follow a copy.
 */
function isCopiedLater(
  recent: RecentRows,
  ledger: RowLedger,
  record: TranscriptRecord,
  { retimed, isBehindCopy }: { retimed: number[] | undefined; isBehindCopy: boolean },
): boolean {
  if (retimed === undefined) return false;
  // Also the copy of a prompt is a row of blocks. All copies have one time.
  if (isBehindCopy && isBlock(record) && record.atMs === recent.copiedMs) return true;
  const isFirst =
    record.type === "assistant" &&
    record.requestId === undefined &&
    (record.parentUuid === undefined || ledger.has(responsePlaceKey(record)));
  return (isFirst || isBlock(record) || isBehindCopy) && retimed.every((key) => ledger.has(key));
}

/**
 * Whether the row was read before under another id. Behind a copy, a prompt of the same time is one, and so is a row of
 * the client's own. Elsewhere, the prompt must also follow the same row: rows may all have one time.
 */
function isCopiedAnew(
  recent: RecentRows,
  ledger: RowLedger,
  record: TranscriptRecord,
  { contents, isBehindCopy }: { contents: number[] | undefined; isBehindCopy: boolean },
): boolean {
  const { atMs, type } = record;
  if (atMs === undefined || atMs > (recent.times.at(-1) ?? atMs)) return false;
  if (contents === undefined) return isBehindCopy && type !== "user" && type !== "assistant";
  const isKnownHere = (content: number) => isKnown(recent, ledger, content, atMs);
  const isPrompt = record.type === "user" && record.toolResults.length === 0;
  if (!isPrompt) return contents.every(isKnownHere);
  const [ofTime, ofPlace] = contents;
  const content = isBehindCopy ? ofTime : ofPlace;
  return content !== undefined && isKnownHere(content);
}

/**
 * Whether the row was read before under another id but with its own time, so that it is older than the newest row, or
 * follows a copy. A response follows a copy, or is older than the recent rows, and a recent prompt is in their list:
 * what the client writes out of order must not load the ledger.
 */
function isToldAgain(
  recent: RecentRows,
  ledger: RowLedger,
  record: TranscriptRecord,
  { told, isBehindCopy }: { told: number | undefined; isBehindCopy: boolean },
): boolean {
  const { atMs } = record;
  const newestMs = recent.times.at(-1);
  if (atMs === undefined || newestMs === undefined || atMs > newestMs) return false;
  // Rows may all have one time.
  if (atMs === newestMs && !isBehindCopy) return false;
  if (told === undefined) return isBehindCopy && record.type === "user";
  if (record.type !== "assistant") return isKnown(recent, ledger, told, atMs);
  const { copied, sinceMs = atMs } = recent;
  return isUnique(record.messageId) && (copied !== undefined || atMs <= sinceMs) && ledger.has(told);
}

function isKnown(recent: RecentRows, ledger: RowLedger, key: number, atMs: number | undefined): boolean {
  if (recent.keys.includes(key)) return true;
  // The recent rows do not include rows without a time.
  if (atMs === undefined) return ledger.has(key);
  const isPast = recent.sinceMs !== undefined && atMs <= recent.sinceMs;
  return (isPast || recent.hasUndated === true) && ledger.has(key);
}

function note(recent: RecentRows, key: number, atMs: number): void {
  const { keys, times } = recent;
  if (recent.sinceMs !== undefined && atMs <= recent.sinceMs) return;
  let at = times.length;
  while (at > 0 && (times[at - 1] as number) > atMs) at--;
  if (at === times.length) {
    // Nearly all rows are later than those before them.
    keys.push(key);
    times.push(atMs);
  } else {
    keys.splice(at, 0, key);
    times.splice(at, 0, atMs);
  }
  if (keys.length <= MAX_RECENT) return;
  keys.shift();
  recent.sinceMs = times.shift() as number;
}
