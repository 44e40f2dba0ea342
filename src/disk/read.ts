/**
 * Reads files that others may have put in place. The path may be a FIFO, whose opening blocks, a device that never
 * ends, a folder, or a file of hundreds of megabytes. Each of these must only cause an error.
 */

import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { isRecord, parseJson } from "../objects.ts";

const MB = 1 << 20;
const GB = 1 << 30;

/** The largest accepted size of each kind of file, in bytes. Far larger than any file seen. */
export const MAX_BYTES = {
  /** Settings, headers, certificates, prices and the user's own rules. */
  settings: 16 * MB,
  /** A file about one agent or one process, an event, or a lock. */
  note: MB,
  /** State that ccotel has saved. */
  state: 64 * MB,
  /** A transcript; it is read in pieces. */
  transcript: 4096 * MB,
} as const;

/**
 * The file exists but cannot be read as expected: it is not a regular file, too large, or of another form. Callers
 * treat it as damaged.
 */
export class UnfitFileError extends Error {
  readonly code = "EUNFIT";
  readonly path: string;
  readonly remedy: string | undefined;

  /** `fault`: what is wrong, with the path as its subject. `remedy`: a sentence that says what the user can do. */
  constructor(path: string, fault: string, remedy?: string) {
    super(`${path} ${fault}`);
    this.path = path;
    this.remedy = remedy;
  }
}

/**
 * Opens a regular file for reading and follows links. Returns the file descriptor. Throws `UnfitFileError` or a file
 * system error.
 */
export function openFile(path: string, maxBytes: number): number {
  // Checked before opening, because opening a device can have an effect.
  refuseUnfit(path, look(path), maxBytes);
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    refuseUnfit(path, fstatSync(fd), maxBytes);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Reads a regular file as UTF-8 text. Throws `UnfitFileError` or a file system error. */
export function readText(path: string, maxBytes: number): string {
  const fd = openFile(path, maxBytes);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    // The file may grow while it is read, and files in /proc report size 0.
    const known = fstatSync(fd).size;
    for (let wanted = known + 1; ; wanted = 65_536) {
      const chunk = Buffer.allocUnsafe(wanted);
      const bytes = readSync(fd, chunk, 0, wanted, null);
      if (size === 0 && bytes === known && bytes <= maxBytes) return chunk.toString("utf8", 0, bytes);
      if (bytes === 0) return Buffer.concat(chunks, size).toString("utf8");
      size += bytes;
      if (size > maxBytes) throw tooLarge(path, maxBytes);
      chunks.push(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(fd);
  }
}

/** Whether there is no such file. Costs less than the error of reading one, for files that are rarely there. */
export function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Like `readText`, but returns undefined on any error. */
export function tryReadText(path: string, maxBytes: number): string | undefined {
  if (isAbsent(path)) return undefined;
  try {
    return readText(path, maxBytes);
  } catch {
    return undefined;
  }
}

/** Returns the JSON object in a file. Undefined if the file cannot be read or contains anything else. */
export function readJson(path: string, maxBytes: number): Record<string, unknown> | undefined {
  const text = tryReadText(path, maxBytes);
  const value = text === undefined ? undefined : parseJson(text);
  return isRecord(value) ? value : undefined;
}

function look(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOOP") throw error;
    throw new UnfitFileError(path, "is a link that leads in a circle");
  }
}

function tooLarge(path: string, maxBytes: number): UnfitFileError {
  const most = maxBytes < GB ? `${maxBytes / MB} MiB` : `${maxBytes / GB} GiB`;
  return new UnfitFileError(path, `is larger than ${most}`);
}

function refuseUnfit(path: string, stats: Stats, maxBytes: number): void {
  if (!stats.isFile()) throw new UnfitFileError(path, "is not a regular file");
  if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
}

/** Why a file cannot be read, in words that go on after "cannot be read:". */
export function whyUnread(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "you have no permission to read it";
  return message;
}

/** Whether a file system error says that the path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
