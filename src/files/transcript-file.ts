import { closeSync, readSync } from "node:fs";
import { isMissing, MAX_BYTES, openFile, UnfitFileError } from "../disk/read.ts";
import { noteRead } from "./v8-flags.ts";

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

/** The first `bytes` bytes of a file as text. Empty if it cannot be read. */
export function beginningOf(path: string, bytes: number, encoding: "utf8" | "latin1" = "utf8"): string {
  const buffer = Buffer.allocUnsafe(bytes);
  try {
    return buffer.toString(encoding, 0, withFile(path, (fd) => readSync(fd, buffer, 0, bytes, 0)) ?? 0);
  } catch {
    return "";
  }
}

/**
 * The bytes of the file from `offset` to its end, or to `end`, in pieces. Each piece is valid until the next one is
 * requested.
 */
export function* readFrom(path: string, offset: number, end?: number): Generator<Buffer> {
  const fd = openIfFile(path);
  if (fd === undefined) return;
  try {
    yield* chunks(fd, offset, end);
  } finally {
    closeSync(fd);
  }
}

const CHUNK_BYTES = 1 << 20;

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
