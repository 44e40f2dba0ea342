import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";

let counter = 0;

/** Replaces the file's content in one step, readable by its owner alone: a crash leaves the old or the new, whole. */
export function writeAtomic(path: string, content: string): void {
  const temporary = `${path}.${process.pid}-${counter++}.tmp`;
  try {
    const fd = openSync(temporary, "w", 0o600);
    try {
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // It was never made, or the folder is gone: the first error says more.
    }
    throw error;
  }
}
