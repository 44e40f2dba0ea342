import {
  chownSync,
  closeSync,
  fchmodSync,
  fsync,
  fsyncSync,
  openSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { type FileOwner, isRoot } from "./owner.ts";
import { renameOver } from "./private.ts";
import { removeFile } from "./remove-file.ts";
import { namePath } from "./with-path.ts";

let counter = 0;

/** Permissions and owner of a new file. */
interface Access {
  /** Permission bits. The default lets only the owner read and write. */
  mode?: number;
  /**
   * The new owner if root writes the file: a given one, or the owner of the folder. The default is the process's own
   * user.
   */
  owner?: FileOwner | "of the folder";
  /** Whether the content must be on the disk before the call returns. The default is true. */
  isFlushed?: boolean;
}

/**
 * Replaces the file's content in one step: after a crash the file is either the old or the new one, complete. Replaces
 * a link in its place instead of following it. Throws a file system error.
 */
export function writeAtomic(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, owner, isFlushed = true }: Access = {},
): void {
  const temporary = `${path}.${process.pid}-${counter++}.tmp`;
  try {
    const fd = openNew(temporary);
    try {
      writeAll(fd, Buffer.from(content));
      // `open` applies the user's umask; `fchmod` does not.
      if (mode !== 0o600) fchmodSync(fd, mode);
      if (isFlushed) fsyncSync(fd);
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
      // The file was never created, or the folder is gone. The first error says more.
    }
    throw namePath(error, path);
  }
}

/**
 * Like `writeAtomic` for several independent files. The files are flushed in parallel, so the caller waits for the disk
 * once.
 */
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
    for (const { temporary } of written) removeFile(temporary);
    throw error;
  }
}

/** Writes a new file and flushes it to the disk. Only the flush waits, so only it leaves this thread. */
async function writeAside({ temporary, content }: { temporary: string; content: string }): Promise<void> {
  const fd = openNew(temporary);
  try {
    writeAll(fd, Buffer.from(content));
    await promisify(fsync)(fd);
  } catch (error) {
    throw namePath(error, temporary);
  } finally {
    closeSync(fd);
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
    // A dead process with the same id left it, or another user put a link there.
    removeFile(path);
    return openSync(path, "wx", 0o600);
  }
}

/**
 * Flushes a folder, so that its renames survive a power cut. Takes 4 to 7 ms on ext4. Does nothing on systems that
 * cannot open folders (Windows).
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
    // Without the flush, a power cut can undo a rename. The old state is then in place, and the same items are sent
    // again.
  }
}

/** Like `syncFolder`, but other work of this thread goes on meanwhile. */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const fd = openSync(folder, "r");
    try {
      await promisify(fsync)(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // As in `syncFolder`.
  }
}
