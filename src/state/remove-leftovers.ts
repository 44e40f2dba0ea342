import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { entriesIn } from "../disk/folder.ts";
import type { Home } from "./home.ts";

/** Age of a leftover. Writing a small file takes far less time. */
const LEFT_BEHIND_MS = 3_600_000;

/** A damaged file is kept this long, in case the user wants to look at it. */
const DAMAGED_MS = 60 * 24 * 3_600_000;

/** Incomplete files of a commit, of a process that wanted the lock, or of a hook. */
const LEFTOVERS = /\.tmp$|^worker\.lock\.|^\./;

/** Removes files of processes that were killed while writing, and old damaged files. */
export function removeLeftovers(home: Home, nowMs: number): void {
  for (const folder of [home.root, home.inbox, home.sessions]) {
    for (const entry of entriesIn(folder)) {
      const { name } = entry;
      const keepMs = LEFTOVERS.test(name)
        ? LEFT_BEHIND_MS
        : name.endsWith(".damaged")
          ? DAMAGED_MS
          : undefined;
      if ((entry.isFile() || keepMs === DAMAGED_MS) && keepMs !== undefined)
        removeOlder(join(folder, name), nowMs, keepMs);
    }
  }
}

function removeOlder(path: string, nowMs: number, keepMs: number): void {
  try {
    // A file from the future was written before the clock was set back.
    if (Math.abs(nowMs - statSync(path).mtimeMs) > keepMs) rmSync(path, { force: true, recursive: true });
  } catch {
    // Another process was faster.
  }
}
