import { randomBytes } from "node:crypto";
import { linkSync, lstatSync, rmSync, type Stats, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import { removeFile } from "../disk/remove-file.ts";
import { withPath } from "../disk/with-path.ts";
import { isAlive } from "../files/alive.ts";
import { ticksMs } from "../ticks.ts";
import type { World } from "./world.ts";

/** The lock for sending, which one process holds at a time. */
export interface Lock {
  /** Whether this process still holds it. A process that was suspended may have lost it. */
  isHeld(): boolean;
  release(): void;
}

interface Owner {
  token: string;
  pid: number;
  host: string;
}

const HEARTBEAT_MS = 5_000;

/** A lock without a heartbeat for this long is stale, even if a process with its pid runs (it may be another one). */
const STALE_MS = 60_000;

/**
 * For so long after its content was read, a lock file that has not changed needs no second reading. Far less than
 * `STALE_MS`: a process that was suspended reads it again, also where the file system answers from a cache.
 */
const TRUSTED_MS = 1_000;

/** How often a waiting process tries again. */
const RETRY_MS = 100;

const REAL_TIME: Pick<World, "ticks" | "sleep"> = {
  ticks: ticksMs,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Takes the lock as soon as it is free; undefined if another process keeps it for `waitMs`. */
export async function waitForLock(
  path: string,
  waitMs: number,
  time: Pick<World, "ticks" | "sleep"> = REAL_TIME,
): Promise<Lock | undefined> {
  const until = time.ticks() + waitMs;
  for (;;) {
    const lock = takeLock(path);
    if (lock !== undefined || time.ticks() > until) return lock;
    await time.sleep(RETRY_MS);
  }
}

/** Takes the lock; undefined if a running process has it. The heartbeat does not keep the process alive. */
export function takeLock(path: string, nowMs: () => number = Date.now): Lock | undefined {
  const owner: Owner = { token: randomBytes(8).toString("hex"), pid: process.pid, host: hostname() };
  if (!create(path, owner) && !(isFreed(path, nowMs) && create(path, owner))) return undefined;
  const heartbeat = setInterval(() => {
    const now = new Date(nowMs());
    try {
      if (ownerOf(path)?.token === owner.token) utimesSync(path, now, now);
    } catch {
      // Without a heartbeat, the lock becomes stale in a minute, and `isHeld` reports that.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  /** The lock file when its content was last read and was this process's own. */
  let known: (Stats & { readMs: number }) | undefined;
  return {
    isHeld() {
      const readMs = nowMs();
      const stats = statsOf(path);
      if (known !== undefined && isSame(known, stats) && isWithin(TRUSTED_MS, known.readMs, readMs))
        return true;
      const isOwn = ownerOf(path)?.token === owner.token;
      known = isOwn && stats !== undefined ? Object.assign(stats, { readMs }) : undefined;
      return isOwn;
    },
    release() {
      clearInterval(heartbeat);
      if (ownerOf(path)?.token === owner.token) removeFile(path);
    },
  };
}

function statsOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** Whether it is the same file and unchanged since. */
function isSame(a: Stats, b: Stats | undefined): boolean {
  return b !== undefined && a.ino === b.ino && a.dev === b.dev && a.ctimeMs === b.ctimeMs;
}

function isWithin(ms: number, fromMs: number, nowMs: number): boolean {
  return nowMs >= fromMs && nowMs < fromMs + ms;
}

/** Creates the lock file together with its content, as a link to a finished file. Returns false if it exists. */
function create(path: string, owner: Owner): boolean {
  const temporary = `${path}.${owner.token}`;
  try {
    withPath(path, () => writeFileSync(temporary, JSON.stringify(owner), { mode: 0o600 }));
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // On file systems without links, the file is created exclusively and gets its content a moment later.
    return createExclusive(path, owner);
  } finally {
    removeFile(temporary);
  }
}

function createExclusive(path: string, owner: Owner): boolean {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Whether the path is free now: the lock was released after the first look, or it was stale and is removed. */
function isFreed(path: string, nowMs: () => number): boolean {
  if (statsOf(path) === undefined) return true;
  return isStale(path, ownerOf(path), nowMs()) && removeStale(path, nowMs);
}

/**
 * Removes a stale lock. Only one process at a time may do so: a second one could remove the lock that the first one
 * has taken meanwhile.
 */
function removeStale(path: string, nowMs: () => number): boolean {
  const removing = `${path}.removing`;
  try {
    writeFileSync(removing, "", { flag: "wx", mode: 0o600 });
  } catch {
    // A process that was killed at this point leaves the file behind.
    const stats = statsOf(removing);
    if (stats !== undefined && Math.abs(nowMs() - stats.mtimeMs) > STALE_MS) removeFile(removing);
    return false;
  }
  try {
    const owner = ownerOf(path);
    const isStillStale = isStale(path, owner, nowMs());
    // The owner may have released the lock and ended between these looks, and another process may have it now.
    if (!isStillStale || ownerOf(path)?.token !== owner?.token) return false;
    rmSync(path, { force: true, recursive: true });
    return true;
  } catch {
    return false;
  } finally {
    removeFile(removing);
  }
}

function isStale(path: string, owner: Owner | undefined, nowMs: number): boolean {
  const stats = statsOf(path);
  if (stats === undefined) return false;
  // ccotel's lock is never a link, a folder or a FIFO.
  if (!stats.isFile()) return true;
  const ageMs = nowMs - stats.mtimeMs;
  if (owner !== undefined && owner.host === hostname() && !isAlive(owner.pid)) return true;
  // If the file is from the future, the clock was set back. A running owner touches its lock again; any other lock
  // becomes stale in a minute.
  if (ageMs < 0) touch(path, nowMs);
  return ageMs > STALE_MS;
}

function touch(path: string, nowMs: number): void {
  try {
    utimesSync(path, nowMs / 1000, nowMs / 1000);
  } catch {
    // The file is gone, or this process may not touch it.
  }
}

function ownerOf(path: string): Owner | undefined {
  return readJson(path, MAX_BYTES.note) as Owner | undefined;
}
