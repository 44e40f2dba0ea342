import { hash53 } from "../hash53.ts";
import type { TranscriptRecord } from "../transcript/record.ts";
import { contentKeys, rowKey } from "../transcript/row-key.ts";

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
  /** The key of the last row that was a copy under a new id. */
  copied?: number;
}

/** More rows than the client's buffers and parallel tools write out of order. */
const MAX_RECENT = 48;

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
  const isCopy = isCopiedAnew(recent, ledger, record, contents);
  if (isCopy) recent.copied = key;
  add(recent, ledger, key, atMs);
  if (contents !== undefined) for (const content of contents) add(recent, ledger, content, atMs);
  if (atMs === undefined && (record.type === "user" || record.type === "assistant")) recent.hasUndated = true;
  return isCopy;
}

function add(recent: RecentRows, ledger: RowLedger, key: number, atMs: number | undefined): void {
  ledger.add(key);
  if (atMs !== undefined) note(recent, key, atMs);
}

/**
 * Whether the row was read before under another id. Behind a copy, a prompt of the same time is one, and so is a row of
 * the client's own. Elsewhere, the prompt must also follow the same row: rows may all have one time.
 */
function isCopiedAnew(
  recent: RecentRows,
  ledger: RowLedger,
  record: TranscriptRecord,
  contents: number[] | undefined,
): boolean {
  const { atMs, type, parentUuid } = record;
  if (atMs === undefined || atMs > (recent.times.at(-1) ?? atMs)) return false;
  const isBehindCopy =
    recent.copied !== undefined && parentUuid !== undefined && hash53(parentUuid) === recent.copied;
  if (contents === undefined) return isBehindCopy && type !== "user" && type !== "assistant";
  const isKnownHere = (content: number) => isKnown(recent, ledger, content, atMs);
  const isPrompt = record.type === "user" && record.toolResults.length === 0;
  if (!isPrompt) return contents.every(isKnownHere);
  const [ofTime, ofPlace] = contents;
  const content = isBehindCopy ? ofTime : ofPlace;
  return content !== undefined && isKnownHere(content);
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

/** A ledger that takes eight bytes a row. */
export interface RowKeys extends RowLedger {
  /** The keys that were added since the ledger was made, without the first `from` of them. */
  added(from?: number): Float64Array;
}

/** This many look-ups go through all keys. For more, a hash table pays. */
const SCANS = 8;

/** `load`: returns the keys of an earlier reading. It is called once, at the first look-up. */
export function createRowKeys(load: () => Float64Array = () => new Float64Array()): RowKeys {
  let keys = new Float64Array(1024);
  let size = 0;
  let known: number | undefined;
  let scans = 0;
  let table: Float64Array | undefined;

  function reserve(more: number): void {
    if (size + more <= keys.length) return;
    const larger = new Float64Array(Math.max(size + more, size * 2));
    larger.set(keys.subarray(0, size));
    keys = larger;
  }

  function loadKnown(): void {
    const loaded = load();
    known = loaded.length;
    reserve(known);
    keys.copyWithin(known, 0, size);
    keys.set(loaded);
    size += known;
  }

  return {
    added: (from = 0) => keys.slice((known ?? 0) + from, size),
    add(key) {
      reserve(1);
      keys[size++] = key;
      if (table === undefined) return;
      if (size * 2 > table.length) table = tableOf(keys.subarray(0, size));
      else insert(table, key);
    },
    has(key) {
      if (known === undefined) loadKnown();
      if (table === undefined && scans++ < SCANS) return keys.subarray(0, size).includes(key);
      table ??= tableOf(keys.subarray(0, size));
      return holdsKey(table, key);
    },
  };
}

/** An open hash table, at most half full. An empty slot contains zero, which no key has. */
function tableOf(keys: ArrayLike<number> & Iterable<number>): Float64Array {
  const table = new Float64Array(2 ** Math.ceil(Math.log2(Math.max(16, keys.length * 3))));
  for (const key of keys) insert(table, key);
  return table;
}

/** Whether a table that `tableOf` has made contains the key. */
function holdsKey(table: Float64Array, key: number): boolean {
  return table[slotOf(table, key)] === key;
}

function insert(table: Float64Array, key: number): void {
  table[slotOf(table, key)] = key;
}

/** The slot that contains the key, or where the key would be inserted. */
function slotOf(table: Float64Array, key: number): number {
  const mask = table.length - 1;
  let slot = (key >>> 0) & mask;
  while (table[slot] !== 0 && table[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}
