import { closeSync, fstatSync, readSync } from "node:fs";
import { MAX_BYTES, openFile, UnfitFileError } from "../disk/read.ts";
import { sha256 } from "../sha256.ts";
import { noteRead } from "./v8-flags.ts";

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
const CHUNK_BYTES = 1 << 20;

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

/** Opens a transcript to read it. Undefined when it is missing. Throws when it is not a file or cannot be read. */
export function openIfThere(path: string): number | undefined {
  try {
    return openFile(path, MAX_BYTES.transcript);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The same, but also undefined when there is something else in the place of the file, which no client has written. */
export function openIfFile(path: string): number | undefined {
  try {
    return openIfThere(path);
  } catch (error) {
    if (error instanceof UnfitFileError) return undefined;
    throw error;
  }
}

/** Whether the path is a file that may be read. */
export function isReadable(path: string): boolean {
  try {
    closeSync(openFile(path, MAX_BYTES.transcript));
    return true;
  } catch {
    return false;
  }
}

/** Opens the file for `use`, which must not keep the descriptor, and closes it. Undefined when the file is missing. */
export function withFile<T>(path: string, use: (fd: number) => T): T | undefined {
  const fd = openIfThere(path);
  if (fd === undefined) return undefined;
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** The bytes of the file from `offset` to its end, in pieces. Each piece is valid until the next one is requested. */
export function* readFrom(path: string, offset: number): Generator<Buffer> {
  const fd = openIfFile(path);
  if (fd === undefined) return;
  try {
    yield* chunks(fd, offset);
  } finally {
    closeSync(fd);
  }
}

/** Buffers of finished readers. Memory that was in use is available at once, fresh memory is not. */
const spare: Buffer[] = [];

/** The same for an open file, up to `end` or the end of the file. */
export function* chunks(
  fd: number,
  offset: number,
  end: number = Number.POSITIVE_INFINITY,
): Generator<Buffer> {
  const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    for (let at = offset; at < end; ) {
      const bytes = readSync(fd, buffer, 0, Math.min(CHUNK_BYTES, end - at), at);
      if (bytes === 0) return;
      noteRead(bytes);
      yield buffer.subarray(0, bytes);
      at += bytes;
    }
  } finally {
    spare.push(buffer);
  }
}

/** Whether a file system error says that the path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * Whether another file, of `bytes` bytes, is only the beginning of this one, as far as its first and last bytes show.
 */
export function isSameBeginning(fd: number, path: string, bytes: number): boolean {
  if (fstatSync(fd).size < bytes) return false;
  const ends = withFile(path, (other) => positionAt(other, bytes));
  return ends !== undefined && isMarked(fd, 0, ends.head) && isMarked(fd, bytes - ends.tail.bytes, ends.tail);
}
