import { fstatSync, readSync } from "node:fs";
import { sha256 } from "../sha256.ts";
import { withFile } from "./transcript-file.ts";

/**
 * How far a file has been read, and the bytes that identify it: its first ones, and those before the position. A
 * transcript only grows, so these bytes never change. A copy that was restored from a backup matches too.
 */
export interface FilePosition {
  /** The offset after the last whole line that was read, in bytes. */
  offset: number;
  head: Mark;
  /** Ends at `offset`. */
  tail: Mark;
}

interface Mark {
  bytes: number;
  hash: string;
}

/** Long enough to contain the id and the time of a record. */
const MARK_BYTES = 512;

/** Makes the hash of a mark. The marks of one position have to be made and compared by the same function. */
export type MarkHash = (bytes: Buffer) => string;

const shortSha256: MarkHash = (bytes) => sha256(bytes).slice(0, 16);

/**
 * Where to continue in the file. `replaced`: the file was cut, rewritten or exchanged since `known`, and the position
 * is its start.
 */
export function findPosition(
  fd: number,
  known: FilePosition | undefined,
  hash: MarkHash = shortSha256,
): { position: FilePosition; replaced: boolean } {
  if (known === undefined) return { position: positionAt(fd, 0), replaced: false };
  const same =
    fstatSync(fd).size >= known.offset &&
    isMarked(fd, 0, known.head, hash) &&
    isMarked(fd, known.offset - known.tail.bytes, known.tail, hash);
  return same ? { position: known, replaced: false } : { position: positionAt(fd, 0), replaced: true };
}

/** The position at `offset`. `known`: an earlier position in the same file. */
export function positionAt(
  fd: number,
  offset: number,
  known?: FilePosition,
  hash: MarkHash = shortSha256,
): FilePosition {
  const bytes = Math.min(offset, MARK_BYTES);
  return {
    offset,
    head: known?.head.bytes === bytes ? known.head : { bytes, hash: hashAt(fd, 0, bytes, hash) },
    tail: { bytes, hash: hashAt(fd, offset - bytes, bytes, hash) },
  };
}

function isMarked(fd: number, at: number, mark: Mark, hash = shortSha256): boolean {
  return hashAt(fd, at, mark.bytes, hash) === mark.hash;
}

/** The hash of no bytes: a file that is read from its start has no bytes before the position. */
const EMPTY_HASH = "e3b0c44298fc1c14";

function hashAt(fd: number, at: number, bytes: number, hash: MarkHash): string {
  if (bytes === 0) return EMPTY_HASH;
  const buffer = Buffer.alloc(bytes);
  const read = readSync(fd, buffer, 0, bytes, at);
  return hash(buffer.subarray(0, read));
}

/**
 * Whether another file, of `bytes` bytes, is only the beginning of this one, as far as its first and last bytes show.
 */
export function isSameBeginning(fd: number, path: string, bytes: number): boolean {
  if (fstatSync(fd).size < bytes) return false;
  const ends = withFile(path, (other) => positionAt(other, bytes));
  return ends !== undefined && isMarked(fd, 0, ends.head) && isMarked(fd, bytes - ends.tail.bytes, ends.tail);
}
