import { UserError } from "../../config/user-error.ts";
import { recover } from "../../state/commit.ts";
import { ensureHome } from "../../state/home.ts";
import { type Lock, takeLock, waitForLock } from "../../state/lock.ts";
import { migrate } from "../../state/migrate.ts";
import type { World } from "../../state/world.ts";

/** How long a command waits for a worker that is sending. */
const WAIT_FOR_LOCK_MS = 30_000;

/**
 * Runs a task while it holds the lock, with the state folder recovered and migrated. Throws a `UserError` if another
 * process keeps the lock. `onWait` is called if another process has it at first.
 */
export async function holdingLock<T>(
  world: World,
  task: (lock: Lock) => Promise<T>,
  onWait?: () => void,
): Promise<T> {
  ensureHome(world.home);
  const lock = takeLock(world.home.lock) ?? (await waiting(world, onWait));
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

function waiting(world: World, onWait?: () => void): Promise<Lock | undefined> {
  onWait?.();
  return waitForLock(world.home.lock, WAIT_FOR_LOCK_MS, world);
}
