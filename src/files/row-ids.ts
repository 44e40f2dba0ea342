import { hash53 } from "../transcript/row-key.ts";
import { chunks, withFile } from "./file-position.ts";

const UUID_KEY = Buffer.from('"uuid":');
const UUID = /^\s?"([^"\\]{1,64})"/;
/** How many bytes after the key may hold the id. */
const UUID_BYTES = 68;

/**
 * Hashes of the ids of all rows of a file, sorted, valid as long as the file is unchanged. A command that reads all
 * sessions asks for the hashes of each session of the same time. Without this cache, it would read all these files for
 * each session.
 */
const rowIds = new Map<string, { stamp: string; ids: Float64Array }>();

/** Each takes eight bytes. The ids of a gigabyte of transcripts take a few megabytes. */
const MAX_ROW_IDS = 4_000_000;
let rowIdsKept = 0;

/** Empties the cache. It holds only the files of one root at a time. */
export function forgetRowIds(): void {
  rowIds.clear();
  rowIdsKept = 0;
}

/**
 * Whether the file contains a row whose id has one of the hashes. `stamp`: the stamp of the file a moment ago. It is
 * passed in to avoid a file access, since among sessions of one time each file is looked up for each session.
 */
export function holdsAny(path: string, stamp: string | undefined, hashes: readonly number[]): boolean {
  const ids = rowIdsOf(path, stamp ?? "");
  return hashes.some((hash) => holds(ids, hash));
}

function rowIdsOf(path: string, stamp: string): Float64Array {
  const known = rowIds.get(path);
  if (known?.stamp === stamp) return known.ids;
  const ids = readRowIds(path);
  rowIdsKept -= known?.ids.length ?? 0;
  rowIds.delete(path);
  if (rowIdsKept + ids.length > MAX_ROW_IDS) forgetRowIds();
  rowIds.set(path, { stamp, ids });
  rowIdsKept += ids.length;
  return ids;
}

function readRowIds(path: string): Float64Array {
  const ids: number[] = [];
  try {
    withFile(path, (fd) => {
      let rest = Buffer.alloc(0);
      for (const piece of chunks(fd, 0)) {
        const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        for (let at = bytes.indexOf(UUID_KEY); at !== -1; at = bytes.indexOf(UUID_KEY, at + 1)) {
          const from = at + UUID_KEY.length;
          const id = UUID.exec(bytes.toString("latin1", from, from + UUID_BYTES))?.[1];
          if (id !== undefined) ids.push(hash53(id));
        }
        rest = Buffer.from(bytes.subarray(-(UUID_KEY.length + UUID_BYTES)));
      }
    });
  } catch {
    // No session can have copied rows from a file that cannot be read.
  }
  return Float64Array.from(ids).sort();
}

function holds(sorted: Float64Array, value: number): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === value;
}
