import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../config/user-error.ts";
import { giveToOwner } from "../disk/owner.ts";
import { waitForLock } from "../state/lock.ts";

/** How long to wait for another `configure` or `uninstall`. One that asks its user a question takes longer. */
const WAIT_MS = 20_000;

/**
 * Runs one process at a time that reads the settings, plans, writes them and saves the manifest. Two at once would each
 * plan from what the other is about to replace, and one manifest would be lost.
 */
export async function withSetupLock<T>(home: string, run: () => Promise<T>): Promise<T> {
  const made = mkdirSync(home, { recursive: true, mode: 0o700 });
  if (made !== undefined) await giveToOwner(made, home);
  const path = join(home, "setup.lock");
  const lock = await waitForLock(path, WAIT_MS);
  if (lock === undefined) {
    throw new UserError("Another ccotel configure or uninstall is running.", {
      hint: `Wait until it exits. If none is running, remove ${path}.`,
    });
  }
  try {
    return await run();
  } finally {
    lock.release();
    if (made !== undefined) removeIfEmpty(home);
  }
}

/** Removes a folder that was created only for the lock. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds the setup.
  }
}
