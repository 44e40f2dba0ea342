import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import type { ReadState } from "../../files/read-state.ts";
import type { RowKeys } from "../../session/row-keys.ts";
import { createRowKeys } from "../../session/row-keys.ts";

/**
 * The keys of a session's rows that have been read, in a file beside its position: eight bytes for each row, appended.
 * The position says how many of them count, so rows that a dying process wrote before the position do not count as
 * read. The file is read only when a row from the past arrives. If it is missing or too short, the session's files give
 * the same keys more slowly.
 */
export interface SavedRows {
  /** Starts a reading and returns its row keys. `scan` reads the same keys from the session's files. */
  open(scan: () => Float64Array): RowKeys;
  /**
   * Writes the added keys. Call it right before the position is written. `mayWait`: do not create a ledger, because the
   * session's files, which give the same keys, will be read soon.
   */
  save(mayWait?: boolean): void;
}

/** Path of the ledger that belongs to a position file. */
export function ledgerFile(positionFile: string): string {
  return positionFile.replace(/\.json$/, ".rows");
}

/** Opens the ledger of a position. `file` need not exist. `save` updates `read.rows`. */
export function openSavedRows(file: string, read: ReadState): SavedRows {
  let rows = createRowKeys();
  /** Number of keys in the file that count. Undefined if a version without a ledger has read the session. */
  let counted: number | undefined;
  /** Keys from the session's files, to be written to the ledger. */
  let scanned: Float64Array | undefined;
  let written = 0;
  let session: ReadState["session"] | undefined;
  return {
    open(scan) {
      // The keys of an earlier reading may not be saved yet. A session that is read from its start has none.
      if (session === read.session) return rows;
      session = read.session;
      scanned = undefined;
      counted = read.rows ?? ((read.main?.offset ?? 0) === 0 ? 0 : undefined);
      written = 0;
      rows = createRowKeys(() => {
        const known = counted === undefined ? undefined : readKeys(file, counted);
        scanned = known === undefined ? scan() : undefined;
        return known ?? (scanned as Float64Array);
      });
      return rows;
    },
    save(mayWait = false) {
      if (mayWait && read.rows === undefined) return;
      if (scanned !== undefined) {
        writeKeys(file, 0, scanned);
        counted = scanned.length;
        written = 0;
        scanned = undefined;
      }
      if (counted === undefined) return;
      const added = rows.added(written);
      if (added.length > 0) writeKeys(file, counted, added);
      counted += added.length;
      written += added.length;
      read.rows = counted;
    },
  };
}

/** The first `count` keys of the file; undefined if it has fewer. */
function readKeys(file: string, count: number): Float64Array | undefined {
  const keys = new Float64Array(count);
  if (count === 0) return keys;
  try {
    const fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const bytes = new Uint8Array(keys.buffer);
      let at = 0;
      for (let read = -1; read !== 0 && at < bytes.length; at += read)
        read = readSync(fd, bytes, at, bytes.length - at, at);
      return at === bytes.length ? keys : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** Writes keys after the first `count` of the file. */
function writeKeys(file: string, count: number, keys: Float64Array): void {
  const fd = openSync(file, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    const bytes = new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength);
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(fd, bytes, at, bytes.length - at, count * Float64Array.BYTES_PER_ELEMENT + at);
    }
  } finally {
    closeSync(fd);
  }
}
