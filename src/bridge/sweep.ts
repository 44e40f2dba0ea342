import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { DeliverOnce } from "./attend.ts";
import type { Home } from "./home.ts";
import { isAlive } from "./lock.ts";
import { parseSession, type SavedSession } from "./session-store.ts";

/** How often sessions that nobody names any more are looked at. */
export const SWEEP_EVERY_MS = 3_600_000;

/** A session's state is dropped so long after its transcript vanished. */
const PRUNE_AFTER_MS = 60 * 24 * 3_600_000;

export interface SweepWorld {
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
 */
export async function sweep(world: SweepWorld): Promise<void> {
  for (const { path, mtimeMs } of stateFiles(world.home)) {
    const silentMs = world.nowMs - mtimeMs;
    if (silentMs > PRUNE_AFTER_MS) prune(path);
    const fellSilent =
      silentMs > world.idleCloseMs && mtimeMs > world.lastSweepMs - world.idleCloseMs - SWEEP_EVERY_MS;
    if (!fellSilent) continue;
    const saved = read(path);
    if (saved === undefined || !isOpen(saved)) continue;
    if (saved.pid !== undefined && isAlive(saved.pid)) {
      // Its turn comes again when it has been silent for as long once more.
      utimesSync(path, new Date(world.nowMs), new Date(world.nowMs));
      continue;
    }
    if (lastWrittenMs(saved) > world.nowMs - world.idleCloseMs) continue;
    await world.deliver(saved, { quiet: true, ended: true }, {});
  }
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

function prune(path: string): void {
  const saved = read(path);
  if (saved === undefined || !existsSync(saved.path)) rmSync(path, { force: true });
}

function read(path: string): SavedSession | undefined {
  try {
    return parseSession(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Something has begun and has not been ended by a record; or nothing has been read of it yet. */
function isOpen(saved: SavedSession): boolean {
  const { main, run } = saved.read.session;
  return (
    main.turn !== undefined || main.items.length > 0 || (run !== undefined && !run.closed) || !saved.read.main
  );
}

function lastWrittenMs(saved: SavedSession): number {
  try {
    return statSync(saved.path).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
