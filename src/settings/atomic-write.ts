/** Replaces a file in one step, so that nobody ever reads half of it. */

import { randomBytes } from "node:crypto";
import { chmod, chown, open, rename, rm } from "node:fs/promises";
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
 * @param owner who it belongs to, for a root user who edits someone else's file
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
    if (owner && process.getuid?.() === 0) await chown(temporary, owner.uid, owner.gid);
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
