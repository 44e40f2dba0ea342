import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { type FileOwner, isRoot } from "./owner.ts";
import { renameOver } from "./private.ts";

let counter = 0;

/** Who may do what with a new file. */
export interface Access {
  /** Permission bits; without them, its owner alone may read and write it. */
  mode?: number;
  /** Where root writes for somebody else: whose it becomes, or the folder's owner's. Without it, the writer's. */
  owner?: FileOwner | "of the folder";
}

/**
 * Replaces the file's content in one step: a crash leaves the old or the new, whole. A link in its place is replaced, not
 * followed.
 */
export function writeAtomic(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, owner }: Access = {},
): void {
  const temporary = `${path}.${process.pid}-${counter++}.tmp`;
  try {
    const fd = openNew(temporary);
    try {
      writeAll(fd, Buffer.from(content));
      // The user's umask has no say in it.
      if (mode !== 0o600) fchmodSync(fd, mode);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (owner !== undefined && isRoot()) {
      const { uid, gid } = owner === "of the folder" ? statSync(dirname(path)) : owner;
      chownSync(temporary, uid, gid);
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

/** The same for several files, none of which needs the others: the disk is waited for once. */
export async function writeEachAtomic(files: readonly { path: string; content: string }[]): Promise<void> {
  const written = files.map(({ path, content }) => ({
    path,
    content,
    temporary: `${path}.${process.pid}-${counter++}.tmp`,
  }));
  const settled = await Promise.allSettled(written.map(writeAside));
  try {
    for (const result of settled) if (result.status === "rejected") throw result.reason;
    for (const { path, temporary } of written) renameOver(temporary, path);
  } catch (error) {
    for (const { temporary } of written) rmSync(temporary, { force: true });
    throw error;
  }
}

/** A new file whose content has reached the disk. */
async function writeAside({ temporary, content }: { temporary: string; content: string }): Promise<void> {
  const file = await open(temporary, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    rmSync(temporary, { force: true });
    return open(temporary, "wx", 0o600);
  });
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
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
