import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "./home.ts";

/** Nobody takes so long to write a small file. */
const LEFT_BEHIND_MS = 3_600_000;

/** A damaged state that nobody looked into for so long is of no use to anybody. */
const DAMAGED_MS = 60 * 24 * 3_600_000;

/** Half-written files: of a commit, of somebody who wanted the lock, of a hook. */
const LEFTOVERS = /\.tmp$|^worker\.lock\.|^\./;

/** Clears away what processes left behind that were killed while they wrote. */
export function removeLeftovers(home: Home, nowMs: number): void {
  for (const folder of [home.root, home.inbox, home.sessions]) {
    for (const { name, isFile } of entriesIn(folder)) {
      const keepMs = LEFTOVERS.test(name)
        ? LEFT_BEHIND_MS
        : name.endsWith(".damaged")
          ? DAMAGED_MS
          : undefined;
      if ((isFile || keepMs === DAMAGED_MS) && keepMs !== undefined)
        removeOlder(join(folder, name), nowMs, keepMs);
    }
  }
}

function entriesIn(folder: string): { name: string; isFile: boolean }[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFile: entry.isFile() }));
  } catch {
    return [];
  }
}

function removeOlder(path: string, nowMs: number, keepMs: number): void {
  try {
    // A file of the future is one that was written before the clock was set back.
    if (Math.abs(nowMs - statSync(path).mtimeMs) > keepMs) rmSync(path, { force: true, recursive: true });
  } catch {
    // Somebody else was quicker.
  }
}
