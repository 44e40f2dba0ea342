import { UserError } from "../../config/user-error.ts";
import { recover } from "../../state/commit.ts";
import { ensureHome } from "../../state/home.ts";
import { type Lock, waitForLock } from "../../state/lock.ts";
import { migrate } from "../../state/migrate.ts";
import type { World } from "../../state/world.ts";

/** How long a command waits for a worker that is sending. */
const WAIT_FOR_LOCK_MS = 30_000;

/**
 * Runs a task while it holds the lock, with the state folder recovered and migrated. Throws a `UserError` if another
 * process keeps the lock.
 */
export async function holdingLock<T>(world: World, task: (lock: Lock) => Promise<T>): Promise<T> {
  ensureHome(world.home);
  const lock = await waitForLock(world.home.lock, WAIT_FOR_LOCK_MS, world);
  if (lock === undefined) {
    throw new UserError("Another ccotel process has been sending for half a minute.", {
      hint: `Try again in a minute. If this continues, see ${world.home.log}.`,
    });
  }
  try {
    recover(world.home);
    migrate(world.home);
    return await task(lock);
  } finally {
    lock.release();
  }
}
