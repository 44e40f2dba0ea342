import type { TranscriptRecord } from "../transcript/record.ts";
import { rowKey } from "../transcript/row-key.ts";

/**
 * Which rows of a session's files have been read. Clients write history again: behind a compaction or a resume into the
 * same file, and into the files of hidden agents. Such a row counts once, for whoever had it first.
 */
export interface RowLedger {
  /** Whether the row was added, however long ago. Reads what is kept aside only when it is first asked. */
  has(key: number): boolean;
  add(key: number): void;
}

/** What is known of a session's rows beyond what its reader has read. */
export interface RowFacts {
  ledger: RowLedger;
  /** The session that counts the row, where that is another one: history that a fork has copied. */
  ownerOf?: (record: TranscriptRecord) => string | undefined;
}

/**
 * The newest rows, as plain JSON. A row that is newer than all that were read cannot be a repetition, and one that is newer
 * than `sinceMs` would stand here; so the ledger is asked for rows from the past alone, and a Stop costs what is new.
 */
export interface RecentRows {
  /** Sorted by time. */
  keys: number[];
  times: number[];
  /** Rows up to this time may have been forgotten here; undefined: none has. */
  sinceMs?: number;
  /** Rows of the conversation were read that have lost their time: they do not stand here. */
  hasUndated?: true;
}

/** More than the client's buffers and parallel tools bring out of order. */
const MAX_RECENT = 48;

export function noRecentRows(): RecentRows {
  return { keys: [], times: [] };
}

/** Notes the row; true when it was read before, and must not be counted again. */
export function isRepeated(recent: RecentRows, ledger: RowLedger, record: TranscriptRecord): boolean {
  const key = rowKey(record);
  if (key === undefined) return false;
  const { atMs } = record;
  if (isKnown(recent, ledger, key, atMs)) return true;
  ledger.add(key);
  if (atMs !== undefined) note(recent, key, atMs);
  else if (record.type === "user" || record.type === "assistant") recent.hasUndated = true;
  return false;
}

function isKnown(recent: RecentRows, ledger: RowLedger, key: number, atMs: number | undefined): boolean {
  if (recent.keys.includes(key)) return true;
  // A row without a time does not stand among the recent ones.
  if (atMs === undefined) return ledger.has(key);
  const isPast = recent.sinceMs !== undefined && atMs <= recent.sinceMs;
  return (isPast || recent.hasUndated === true) && ledger.has(key);
}

function note(recent: RecentRows, key: number, atMs: number): void {
  const { keys, times } = recent;
  if (recent.sinceMs !== undefined && atMs <= recent.sinceMs) return;
  let at = times.length;
  while (at > 0 && (times[at - 1] as number) > atMs) at--;
  keys.splice(at, 0, key);
  times.splice(at, 0, atMs);
  if (keys.length <= MAX_RECENT) return;
  keys.shift();
  recent.sinceMs = times.shift() as number;
}

/** A ledger of eight bytes a row. */
export interface RowKeys extends RowLedger {
  /** The keys that were added to what was known when it was made, without so many of the first. */
  added(from?: number): Float64Array;
}

/** So many look-ups go through all keys; for more, a table is worth making. */
const SCANS = 8;

/** `load`: the keys of an earlier reading, asked for once, at the first look-up. */
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
      return table[slotOf(table, key)] === key;
    },
  };
}

/** An open hash table, at most half full; an empty slot holds zero, which is no key. */
function tableOf(keys: Float64Array): Float64Array {
  const table = new Float64Array(2 ** Math.ceil(Math.log2(Math.max(16, keys.length * 3))));
  for (const key of keys) insert(table, key);
  return table;
}

function insert(table: Float64Array, key: number): void {
  table[slotOf(table, key)] = key;
}

/** Where the key stands, or would stand. */
function slotOf(table: Float64Array, key: number): number {
  const mask = table.length - 1;
  let slot = (key >>> 0) & mask;
  while (table[slot] !== 0 && table[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}
