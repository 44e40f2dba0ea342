import type { RowLedger } from "./known-rows.ts";
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
