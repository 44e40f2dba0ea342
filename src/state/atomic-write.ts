import { closeSync, fsync, fsyncSync, openSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { renameOver } from "../disk/private.ts";

let counter = 0;

/** Replaces the file's content in one step, readable by its owner alone: a crash leaves the old or the new, whole. */
export function writeAtomic(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}-${counter++}.tmp`;
  try {
    const fd = openNew(temporary);
    try {
      writeAll(fd, Buffer.from(content));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameOver(temporary, path);
  } catch (error) {
    try {
      unlinkSync(temporary);
    } catch {
      // It was never made, or the folder is gone: the first error says more.
    }
    throw error;
  }
}

/** The same for several files, none of which needs the others: they are flushed side by side. */
export async function writeEachAtomic(files: readonly { path: string; content: string }[]): Promise<void> {
  const written: { path: string; temporary: string; fd: number }[] = [];
  try {
    try {
      for (const { path, content } of files) {
        const temporary = `${path}.${process.pid}-${counter++}.tmp`;
        const fd = openNew(temporary);
        written.push({ path, temporary, fd });
        writeAll(fd, Buffer.from(content));
      }
      await Promise.all(written.map(({ fd }) => flushed(fd)));
    } finally {
      for (const { fd } of written) closeSync(fd);
    }
    for (const { path, temporary } of written) renameOver(temporary, path);
  } catch (error) {
    for (const { temporary } of written) rmSync(temporary, { force: true });
    throw error;
  }
}

function flushed(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function openNew(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // A dead process of the same id has left it, or it is a link of somebody else's.
    rmSync(path, { force: true });
    return openSync(path, "wx", 0o600);
  }
}

/**
 * Makes the renames in a folder outlast a power cut, which takes 4 to 7 ms on ext4. Does nothing where folders cannot be
 * opened (Windows).
 */
export function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // What is lost without it is a rename: the state before, from which the same is sent again.
  }
}
