import { existsSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { isAlive } from "../files/alive.ts";
import { writeAtomic } from "../state/atomic-write.ts";
import type { Home } from "../state/home.ts";
import { isOfNewerVersion, parseSession, type SavedSession } from "../state/session-store.ts";
import type { DeliverOnce } from "./follow-session.ts";

/** How often sessions that nobody names any more are looked at. */
export const SWEEP_EVERY_MS = 3_600_000;

/** A session's state is dropped so long after its transcript vanished. */
const PRUNE_AFTER_MS = 60 * 24 * 3_600_000;

export interface CloseWorld {
  home: Home;
  deliver: DeliverOnce;
  nowMs: number;
  lastSweepMs: number;
  /** A run is over after so long a silence. */
  idleCloseMs: number;
}

/**
 * Ends runs whose client died without a word (kill -9), and forgets sessions whose transcripts are long gone. Only
 * states that fell silent since the last sweep are opened, so that a sweep costs the same in the thousandth session.
 * Returns whether all that it found could be delivered; otherwise the same time must be swept again.
 */
export async function closeAbandoned(world: CloseWorld): Promise<boolean> {
  const { nowMs, lastSweepMs, idleCloseMs } = world;
  let complete = true;
  for (const { path, mtimeMs } of stateFiles(world.home)) {
    const silentMs = nowMs - mtimeMs;
    if (silentMs > PRUNE_AFTER_MS) prune(path, nowMs);
    if (silentMs <= idleCloseMs || mtimeMs <= lastSweepMs - idleCloseMs - SWEEP_EVERY_MS) continue;
    const saved = read(path);
    if (saved === undefined || !isOpen(saved)) continue;
    const writtenMs = saved.pid !== undefined && isAlive(saved.pid) ? nowMs : lastWrittenMs(saved);
    if (writtenMs === undefined) continue;
    if (writtenMs > nowMs - idleCloseMs) {
      // Its turn comes again when it has been silent for as long once more.
      touch(path, writtenMs);
      continue;
    }
    const result = await world.deliver(saved, () => ({ quiet: true, ended: true }));
    complete &&= result === "delivered";
  }
  return complete;
}

function stateFiles(home: Home): { path: string; mtimeMs: number }[] {
  return readdirSync(home.sessions)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const path = join(home.sessions, name);
      try {
        return [{ path, mtimeMs: statSync(path).mtimeMs }];
      } catch {
        return [];
      }
    });
}

/** Two months after the transcript was first missed; until then it may come back. */
function prune(path: string, nowMs: number): void {
  const content = tryReadText(path, MAX_BYTES.state);
  if (content === undefined || isOfNewerVersion(content)) return;
  const saved = parseSession(content);
  if (saved === undefined || (saved.vanishedMs !== undefined && !existsSync(saved.path))) {
    rmSync(path, { force: true });
  } else if (existsSync(saved.path)) {
    touch(path, nowMs);
  } else {
    writeAtomic(path, JSON.stringify({ ...saved, vanishedMs: nowMs }));
  }
}

function touch(path: string, ms: number): void {
  utimesSync(path, ms / 1000, ms / 1000);
}

function read(path: string): SavedSession | undefined {
  const content = tryReadText(path, MAX_BYTES.state);
  return content === undefined ? undefined : parseSession(content);
}

/** Something has begun and has not been ended by a record, or there is something that has not been read. */
function isOpen({ path, read }: SavedSession): boolean {
  const { main, run } = read.session;
  if (main.turn !== undefined || main.items.length > 0 || (run !== undefined && !run.closed)) return true;
  return statSync(path, { throwIfNoEntry: false })?.size !== (read.main?.offset ?? 0);
}

/** Undefined: there is no transcript. */
function lastWrittenMs({ path }: SavedSession): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
