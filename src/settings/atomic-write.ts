/** Replaces a file in one step, so that nobody ever reads half of it. */

import { randomBytes } from "node:crypto";
import { chmod, chown, lchown, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Writes through a temporary file in the same folder and a rename. The path must be the file itself, not a link to
 * it.
 *
 * @param mode permission bits of the new file
 * @param owner who it belongs to, for a root user who edits someone else's file; the folder's owner when not said
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner?: FileOwner,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, mode);
    if (isRoot()) {
      const { uid, gid } = owner ?? (await stat(dirname(path)));
      await chown(temporary, uid, gid);
    }
    await renameOver(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

// On Windows a virus scanner or the client may hold the file for a moment.
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (attempt >= 5 || process.platform !== "win32" || !["EPERM", "EACCES", "EBUSY"].includes(code))
        throw error;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }
}

/**
 * Makes a folder and those above it. Where root makes them in somebody's home, they become that person's, as the folder
 * is in which they are made: root's would keep out the very user whose hooks are to write there.
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode });
  if (made !== undefined) await giveToOwner(made, folder);
}

/** Gives `from` and all folders below it down to `to` to the owner of the folder that `from` is in, if we are root. */
export async function giveToOwner(from: string, to: string): Promise<void> {
  if (!isRoot()) return;
  const { uid, gid } = await stat(dirname(from));
  for (let folder = to; folder.length >= from.length; folder = dirname(folder))
    await lchown(folder, uid, gid);
}

/** Gives a folder with all that is in it to the owner of the folder that it is in: the repair of an earlier root. */
export async function giveAllToOwner(folder: string): Promise<void> {
  if (!isRoot()) return;
  const { uid, gid } = await stat(dirname(folder));
  const there = await stat(folder);
  if (uid === 0 || there.uid !== 0) return;
  const visit = async (path: string): Promise<void> => {
    await lchown(path, uid, gid);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) await visit(inner);
      else await lchown(inner, uid, gid);
    }
  };
  await visit(folder);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
