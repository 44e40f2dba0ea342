import { unlinkSync } from "node:fs";

/**
 * Removes a file or a link; a missing one is ignored. `rmSync` loads a module that removes folders, which takes a
 * hundredth of a Stop. Throws a file system error.
 */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
