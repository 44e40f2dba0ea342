/**
 * When root creates files in a user's home, the user must own them. Files that belong to root would lock the user out.
 */

import { promises } from "node:fs";
import { dirname, join } from "node:path";

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Creates a folder and its missing parents. If root creates them in a user's home, they get the owner of the folder in
 * which they are created, so that the user's hooks can write there.
 */
export async function makeFolder(folder: string, mode: number): Promise<void> {
  const made = await promises.mkdir(folder, { recursive: true, mode });
  if (made !== undefined) await giveToOwner(made, folder);
}

/**
 * If the process is root, gives `from` and all folders below it down to `to` to the owner of `from`'s parent folder.
 */
export async function giveToOwner(from: string, to: string): Promise<void> {
  if (!isRoot()) return;
  const { uid, gid } = await promises.stat(dirname(from));
  for (let folder = to; folder.length >= from.length; folder = dirname(folder))
    await promises.lchown(folder, uid, gid);
}

/**
 * Gives a folder and everything in it to the owner of its parent folder. Repairs folders that root created earlier.
 * Does nothing unless the process is root, the folder belongs to root and its parent does not.
 */
export async function giveAllToOwner(folder: string): Promise<void> {
  if (!isRoot()) return;
  const { uid, gid } = await promises.stat(dirname(folder));
  const there = await promises.stat(folder);
  if (uid === 0 || there.uid !== 0) return;
  const visit = async (path: string): Promise<void> => {
    await promises.lchown(path, uid, gid);
    for (const entry of await promises.readdir(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) await visit(inner);
      else await promises.lchown(inner, uid, gid);
    }
  };
  await visit(folder);
}

/** Whether this process is root, which may change owners. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
