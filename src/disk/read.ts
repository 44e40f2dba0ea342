/**
 * Reads files that somebody else may have put there. Where a file is expected there may be a FIFO, whose opening waits for
 * ever, a device that never ends, a folder, or hundreds of megabytes: none of these may cost more than an error.
 */

import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";

const MB = 1 << 20;

/** How large a file of each kind may be, in bytes; far beyond what any has been seen to be. */
export const MAX_BYTES = {
  /** Settings, headers, certificates, prices, rules of the user's own. */
  settings: 16 * MB,
  /** What describes one agent or one process, an event, a lock. */
  note: MB,
  /** What ccotel itself has saved. */
  state: 64 * MB,
  /** A transcript; it is read in pieces. */
  transcript: 4096 * MB,
} as const;

/** It is there, but is not what is read: no regular file, or too large. Callers take it for one that is damaged. */
export class UnfitFileError extends Error {
  readonly code = "EUNFIT";
}

/** Opens a regular file to read it, following links. Throws `UnfitFileError`, or what the system says. */
export function openFile(path: string, maxBytes: number): number {
  // Looked at first: to open a device may do something.
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

/** The text of a regular file. Throws `UnfitFileError`, or what the system says. */
export function readText(path: string, maxBytes: number): string {
  const fd = openFile(path, maxBytes);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    // It may grow while it is read, and says nothing about its size in /proc.
    for (let wanted = fstatSync(fd).size + 1; ; wanted = 65_536) {
      const chunk = Buffer.allocUnsafe(wanted);
      const bytes = readSync(fd, chunk, 0, wanted, null);
      if (bytes === 0) return Buffer.concat(chunks, size).toString("utf8");
      size += bytes;
      if (size > maxBytes) throw new UnfitFileError(`${path} is larger than ${maxBytes} bytes`);
      chunks.push(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(fd);
  }
}

/** The same; undefined where it cannot be had, for whatever reason. */
export function tryReadText(path: string, maxBytes: number): string | undefined {
  try {
    return readText(path, maxBytes);
  } catch {
    return undefined;
  }
}

function look(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ELOOP") throw error;
    throw new UnfitFileError(`${path} is a link that leads in a circle`);
  }
}

function refuseUnfit(path: string, stats: Stats, maxBytes: number): void {
  if (!stats.isFile()) throw new UnfitFileError(`${path} is not a regular file`);
  if (stats.size > maxBytes) throw new UnfitFileError(`${path} is larger than ${maxBytes} bytes`);
}
