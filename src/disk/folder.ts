import { type Dirent, readdirSync } from "node:fs";

/** The names in a folder. Empty if it is missing or cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * The entries of a folder with their kinds. Empty if it is missing or cannot be read; `onUnreadable` is then called with
 * its path.
 */
export function entriesIn(folder: string, onUnreadable?: (path: string) => void): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    onUnreadable?.(folder);
    return [];
  }
}
