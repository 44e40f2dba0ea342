import { hash53OfBytes } from "../../hash53.ts";
import { chunks, withFile } from "../transcript-file.ts";

const UUID_KEY = Buffer.from('"uuid":');
/** How many bytes after the key may hold the id: a space, two quotes and `MAX_ID_BYTES`. */
const UUID_BYTES = 68;
const MAX_ID_BYTES = 64;
/** How many bytes a key and its value may take. */
const PAIR_BYTES = UUID_KEY.length + UUID_BYTES;

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A file, and its stamp a moment ago. It is passed in to avoid a file access. */
interface StampedFile {
  path: string;
  stamp?: string;
}

/** Which files contain which rows. A file is read once, and again when it has changed. */
interface RowIndex {
  /** The paths of the files that contain a row whose id has one of the hashes; others may be among them. */
  holding(files: readonly StampedFile[], ids: readonly number[]): Set<string>;
  /** Another one as soon as it has forgotten anything. */
  number(): number;
}

/** How many indexes there were, each counted again whenever it had forgotten everything. */
let numbers = 0;

/** A row takes 24 to 48 bytes. A gigabyte of transcripts has some hundred thousand rows. */
const MAX_ROWS = 1_000_000;

/**
 * An index of the rows of many files: a command that reads all sessions looks for the first rows of each in all files
 * of the same time. `maxRows`: with more rows than that, the index forgets what it knows.
 */
export function createRowIndex(maxRows = MAX_ROWS): RowIndex {
  const known = new Map<string, { stamp: string; owner: number }>();
  const paths: string[] = [];
  // An open hash table, at most half full: the hash of an id, and the number of a file with it. Zero is no hash.
  let hashes = new Float64Array();
  let owners = new Int32Array();
  let rows = 0;
  let number = 0;

  function clear(): void {
    number = ++numbers;
    known.clear();
    paths.length = 0;
    hashes = new Float64Array(1024);
    owners = new Int32Array(hashes.length);
    rows = 0;
  }
  clear();

  function insert(hash: number, owner: number): void {
    const mask = hashes.length - 1;
    let slot = (hash >>> 0) & mask;
    for (; hashes[slot] !== 0; slot = (slot + 1) & mask)
      if (hashes[slot] === hash && owners[slot] === owner) return;
    hashes[slot] = hash;
    owners[slot] = owner;
    rows++;
  }

  function reserve(more: number): void {
    let size = hashes.length;
    while ((rows + more) * 2 > size) size *= 2;
    if (size === hashes.length) return;
    const [oldHashes, oldOwners] = [hashes, owners];
    hashes = new Float64Array(size);
    owners = new Int32Array(size);
    rows = 0;
    for (let slot = 0; slot < oldHashes.length; slot++) {
      const hash = oldHashes[slot] as number;
      if (hash !== 0) insert(hash, oldOwners[slot] as number);
    }
  }

  function collect(ids: readonly number[], found: Set<string>): void {
    const mask = hashes.length - 1;
    for (const id of ids) {
      for (let slot = (id >>> 0) & mask; hashes[slot] !== 0; slot = (slot + 1) & mask) {
        const path = hashes[slot] === id ? (paths[owners[slot] as number] as string) : undefined;
        // A file that has changed since has another number.
        if (path !== undefined && known.get(path)?.owner === owners[slot]) found.add(path);
      }
    }
  }

  return {
    holding(files, ids) {
      const found = new Set<string>();
      for (const { path, stamp = "" } of files) {
        if (known.get(path)?.stamp === stamp) continue;
        const own = readRowIds(path);
        if (rows + own.length > maxRows) {
          collect(ids, found);
          clear();
        }
        const owner = paths.push(path) - 1;
        known.set(path, { stamp, owner });
        reserve(own.length);
        for (const hash of own) insert(hash, owner);
      }
      collect(ids, found);
      return found;
    },
    number: () => number,
  };
}

function readRowIds(path: string): number[] {
  const ids: number[] = [];
  /** Adds the ids whose keys begin before `end`. */
  const add = (bytes: Buffer, end: number) => {
    for (let at = bytes.indexOf(UUID_KEY); at !== -1 && at < end; at = bytes.indexOf(UUID_KEY, at + 1)) {
      const id = idAt(bytes, at + UUID_KEY.length);
      if (id !== undefined) ids.push(id);
    }
  };
  try {
    withFile(path, (fd) => {
      let rest = Buffer.alloc(0);
      for (const piece of chunks(fd, 0)) {
        const seam = Buffer.concat([rest, piece.subarray(0, PAIR_BYTES)]);
        add(seam, rest.length);
        add(piece, piece.length - PAIR_BYTES);
        rest = Buffer.from((piece.length < PAIR_BYTES ? seam : piece).subarray(-PAIR_BYTES));
      }
      add(rest, rest.length);
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
