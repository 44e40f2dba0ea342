import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import type { ReadState } from "../../files/read-state.ts";
import { createRowKeys, type RowKeys } from "../../session/known-rows.ts";

/**
 * The rows of a session that have been read, in a file beside its position: eight bytes a row, appended. The position says
 * how many of them count, so a process that dies between the two leaves nothing that is taken for read. It is read only
 * when a row from the past comes in; where it is missing or too short, the session's files say the same more slowly.
 */
export interface SavedRows {
  /** Begins a reading: gives what its reader asks. `scan`: the same from the session's files. */
  open(scan: () => Float64Array): RowKeys;
  /**
   * Writes what has been added. To be called right before the position is written. `mayWait`: begins no ledger where there is
   * none, since the session's files, which say the same, are soon read.
   */
  save(mayWait?: boolean): void;
}

export function ledgerFile(positionFile: string): string {
  return positionFile.replace(/\.json$/, ".rows");
}

export function openSavedRows(file: string, read: ReadState): SavedRows {
  let rows = createRowKeys();
  /** How many keys of the file count; undefined: a version without a ledger has read the session. */
  let counted: number | undefined;
  /** What the session's files said, to be written anew. */
  let scanned: Float64Array | undefined;
  let written = 0;
  let session: ReadState["session"] | undefined;
  return {
    open(scan) {
      // What an earlier reading has added may not have been saved yet. A session that is read anew begins with none.
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

/** The first keys of the file; undefined where it has not so many. */
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

/** Writes keys behind the first `count` of the file. */
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
