import { randomBytes } from "node:crypto";
import { linkSync, lstatSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { MAX_BYTES, readText } from "../disk/read.ts";
import { isAlive } from "../files/alive.ts";

/** The right to send, held by one process at a time. */
export interface Lock {
  /** Whether it is still ours: a process that slept for long may have lost it. */
  isHeld(): boolean;
  release(): void;
}

interface Owner {
  token: string;
  pid: number;
  host: string;
}

const HEARTBEAT_MS = 5_000;

/** A lock whose heart has not beaten for so long is nobody's, even when its pid lives (it may be another process). */
const STALE_MS = 60_000;

/** Takes the lock; undefined when a living process has it. The heartbeat does not keep the process alive. */
export function takeLock(path: string, nowMs: () => number = Date.now): Lock | undefined {
  const owner: Owner = { token: randomBytes(8).toString("hex"), pid: process.pid, host: hostname() };
  if (!create(path, owner) && !(clearStale(path, owner.token, nowMs()) && create(path, owner)))
    return undefined;
  const heartbeat = setInterval(() => {
    const now = new Date(nowMs());
    try {
      if (ownerOf(path)?.token === owner.token) utimesSync(path, now, now);
    } catch {
      // Without a heartbeat the lock is lost in a minute; `isHeld` then says so.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    isHeld: () => ownerOf(path)?.token === owner.token,
    release() {
      clearInterval(heartbeat);
      if (ownerOf(path)?.token === owner.token) rmSync(path, { force: true });
    },
  };
}

/** Appears with its content or not at all: a link to a finished file. */
function create(path: string, owner: Owner): boolean {
  const temporary = `${path}.${owner.token}`;
  writeFileSync(temporary, JSON.stringify(owner), { mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // File systems without links: exclusive creation, whose content comes a moment later.
    return createExclusive(path, owner);
  } finally {
    rmSync(temporary, { force: true });
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

/** Moves a dead process's lock aside. Of several that try, the rename lets one through. */
function clearStale(path: string, token: string, nowMs: number): boolean {
  const owner = ownerOf(path);
  if (!isStale(path, owner, nowMs)) return false;
  const aside = `${path}.${token}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return false;
  }
  const moved = ownerOf(aside);
  // Between looking and moving another one may have taken over: then what was moved is a living lock, and goes back.
  if (moved?.token !== owner?.token && moved !== undefined) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one has it already.
    }
    rmSync(aside, { force: true, recursive: true });
    return false;
  }
  rmSync(aside, { force: true, recursive: true });
  return true;
}

function isStale(path: string, owner: Owner | undefined, nowMs: number): boolean {
  let ageMs: number;
  try {
    const stats = lstatSync(path);
    // No lock of ours is a link, a folder or a FIFO.
    if (!stats.isFile()) return true;
    ageMs = nowMs - stats.mtimeMs;
  } catch {
    return true;
  }
  const sameHost = owner?.host === hostname();
  if (owner !== undefined && sameHost && !isAlive(owner.pid)) return true;
  // The clock was set back. A living owner goes on touching its lock; nobody else's is as old as that in a minute.
  if (ageMs < 0) touch(path, nowMs);
  return ageMs > STALE_MS;
}

function touch(path: string, nowMs: number): void {
  try {
    utimesSync(path, nowMs / 1000, nowMs / 1000);
  } catch {
    // It is gone, or not ours to touch.
  }
}

function ownerOf(path: string): Owner | undefined {
  try {
    return JSON.parse(readText(path, MAX_BYTES.note)) as Owner;
  } catch {
    return undefined;
  }
}
