import { hash53OfBytes } from "../../hash53.ts";
import { holdsKey, tableOf } from "../../session/known-rows.ts";
import { chunks, withFile } from "../file-position.ts";

const UUID_KEY = Buffer.from('"uuid":');
/** How many bytes after the key may hold the id: a space, two quotes and `MAX_ID_BYTES`. */
const UUID_BYTES = 68;
const MAX_ID_BYTES = 64;

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Hash tables with the ids of all rows of a file, valid as long as the file is unchanged. A command that reads all
 * sessions asks for the ids of each session of the same time. Without this cache, it would read all these files for
 * each session.
 */
const rowIds = new Map<string, { stamp: string; table: Float64Array }>();

/** Each takes eight bytes, and an id two to six of them. The ids of a gigabyte of transcripts take some megabytes. */
const MAX_SLOTS = 4_000_000;
let slotsKept = 0;

/** Empties the cache. It holds only the files of one root at a time. */
export function forgetRowIds(): void {
  rowIds.clear();
  slotsKept = 0;
}

/**
 * Whether the file contains a row whose id has one of the hashes. `stamp`: the stamp of the file a moment ago. It is
 * passed in to avoid a file access, since among sessions of one time each file is looked up for each session.
 */
export function holdsAny(path: string, stamp: string | undefined, hashes: readonly number[]): boolean {
  const table = rowIdsOf(path, stamp ?? "");
  return hashes.some((hash) => holdsKey(table, hash));
}

function rowIdsOf(path: string, stamp: string): Float64Array {
  const known = rowIds.get(path);
  if (known?.stamp === stamp) return known.table;
  const table = tableOf(readRowIds(path));
  slotsKept -= known?.table.length ?? 0;
  rowIds.delete(path);
  if (slotsKept + table.length > MAX_SLOTS) forgetRowIds();
  rowIds.set(path, { stamp, table });
  slotsKept += table.length;
  return table;
}

function readRowIds(path: string): number[] {
  const ids: number[] = [];
  try {
    withFile(path, (fd) => {
      let rest = Buffer.alloc(0);
      for (const piece of chunks(fd, 0)) {
        const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        for (let at = bytes.indexOf(UUID_KEY); at !== -1; at = bytes.indexOf(UUID_KEY, at + 1)) {
          const id = idAt(bytes, at + UUID_KEY.length);
          if (id !== undefined) ids.push(id);
        }
        rest = Buffer.from(bytes.subarray(-(UUID_KEY.length + UUID_BYTES)));
      }
    });
  } catch {
    // No session can have copied rows from a file that cannot be read.
  }
  return ids;
}

/** The hash of the id that begins at `at`. Undefined for anything but a short string without escapes. */
function idAt(bytes: Buffer, at: number): number | undefined {
  const start = (bytes[at] === SPACE ? at + 1 : at) + 1;
  if (bytes[start - 1] !== QUOTE) return undefined;
  let end = start;
  while (end - start <= MAX_ID_BYTES && bytes[end] !== QUOTE && bytes[end] !== BACKSLASH) end++;
  const isId = bytes[end] === QUOTE && end > start && end - start <= MAX_ID_BYTES;
  return isId ? hash53OfBytes(bytes, start, end) : undefined;
}
