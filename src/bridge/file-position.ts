import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** How far a file has been read, and which file that was. */
export interface FilePosition {
  /** Behind the last whole line that was read. */
  offset: number;
  inode: number;
  /** Of the first bytes, as many as `headBytes`: tells a file that was written anew in place. */
  headHash: string;
  headBytes: number;
}

const MAX_HEAD_BYTES = 512;
const CHUNK_BYTES = 1 << 20;

export type OpenedFile = {
  size: number;
  position: FilePosition;
  /** Not the file that the position was of: shorter, another one, or written anew. The position starts at zero. */
  replaced: boolean;
};

/** Opens the file to read on at `known`; undefined when there is none. `use` must not keep the descriptor. */
export function withFile<T>(
  path: string,
  known: FilePosition | undefined,
  use: (fd: number, file: OpenedFile) => T,
): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { size, ino } = fstatSync(fd);
    const head = readHead(fd, Math.min(size, MAX_HEAD_BYTES));
    const fresh = { offset: 0, inode: ino, headHash: hash(head), headBytes: head.length };
    if (known === undefined) return use(fd, { size, position: fresh, replaced: false });
    const same = size >= known.offset && hash(head.subarray(0, known.headBytes)) === known.headHash;
    return use(fd, { size, position: same ? { ...fresh, offset: known.offset } : fresh, replaced: !same });
  } finally {
    closeSync(fd);
  }
}

/** The file's bytes from `offset` on, in pieces, to its end. Each piece is valid until the next one is asked for. */
export function* readFrom(path: string, offset: number): Generator<Buffer> {
  const fd = openSync(path, "r");
  try {
    yield* chunks(fd, offset);
  } finally {
    closeSync(fd);
  }
}

/** The same of an open file. */
export function* chunks(fd: number, offset: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = offset; ; ) {
    const bytes = readSync(fd, buffer, 0, CHUNK_BYTES, at);
    if (bytes === 0) return;
    yield buffer.subarray(0, bytes);
    at += bytes;
  }
}

export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

function readHead(fd: number, bytes: number): Buffer {
  const head = Buffer.alloc(bytes);
  return head.subarray(0, readSync(fd, head, 0, bytes, 0));
}

function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
