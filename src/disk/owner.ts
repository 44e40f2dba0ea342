/** Files that root makes for somebody else belong to that person: root's would keep out the very user who is to use them. */

import { lchown, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
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

/** Whether this process may give files away. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
