import { existsSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { namesIn } from "../disk/folder.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { isAlive } from "../files/alive.ts";
import { endTurn } from "../session/turns/turns.ts";
import { hasOpenTurn } from "../session/turns/windows.ts";
import { destinationPlace, knownPlaces, noticesPlace } from "../state/destinations/destination-place.ts";
import type { Home } from "../state/home.ts";
import { newHookFacts, parseHookFacts, peekHookFacts } from "../state/position/hook-facts.ts";
import { type Position, parsePosition } from "../state/position/position.ts";
import { ledgerFile } from "../state/position/row-ledger.ts";
import { agentsFile } from "../state/position/saved-agents.ts";
import { type FORMAT, isOfNewerVersion } from "../state/state-file.ts";
import type { World } from "../state/world.ts";
import type { Port } from "./port.ts";

/** How often the worker looks for sessions that no event names any more. */
export const SWEEP_EVERY_MS = 3_600_000;

/** A session's state is removed this long after its transcript disappeared. */
const PRUNE_AFTER_MS = 60 * 24 * 3_600_000;

/**
 * Ends runs whose Claude Code process was killed and so wrote no end. Opens only positions that became silent since the
 * last sweep, so that a sweep does not cost more with every session. Returns whether everything it found was delivered;
 * if not, the same period must be swept again.
 */
export async function closeAbandoned(
  ports: readonly Port[],
  { home, nowMs: now }: World,
  lastSweepMs: number,
): Promise<boolean> {
  const nowMs = now();
  let isComplete = true;
  for (const port of ports) {
    const { idleCloseMs } = port;
    for (const { path, mtimeMs } of stateFiles(destinationPlace(home, port.key).sessions)) {
      const silentMs = nowMs - mtimeMs;
      if (silentMs <= idleCloseMs || mtimeMs <= lastSweepMs - idleCloseMs - SWEEP_EVERY_MS) continue;
      const found = read(path);
      if (found === undefined || !isOpen(found)) continue;
      const { sessionId } = found.read.session;
      const hook = peekHookFacts(home, sessionId) ?? newHookFacts(sessionId, found.path);
      const writtenMs = hook.pid !== undefined && isAlive(hook.pid) ? nowMs : lastWrittenMs(found);
      if (writtenMs === undefined) continue;
      if (writtenMs > nowMs - idleCloseMs) {
        // A later sweep looks at it when it has been silent for the same time again.
        touch(path, writtenMs);
        continue;
      }
      const session = { hook, ...port.open(sessionId, found.path) };
      const verdict = await port.deliver(session, () => ({ quiet: true, ended: true }));
      isComplete &&= verdict.kind === "delivered";
    }
  }
  return isComplete;
}

/**
 * Delivers what killed Claude Code processes have left on disk. The summary of the run waits, because the session may
 * be resumed. Returns the ids of the sessions that need no further look. `running`: process id of each session.
 */
export async function deliverKilled(
  running: Readonly<Record<string, number>>,
  ports: readonly Port[],
  { home }: World,
): Promise<string[]> {
  const done: string[] = [];
  for (const [sessionId, pid] of Object.entries(running)) {
    if (isAlive(pid)) continue;
    const hook = peekHookFacts(home, sessionId);
    // Another process has resumed the session.
    if (hook?.pid !== undefined && hook.pid !== pid) continue;
    if (hook === undefined || !existsSync(hook.path)) {
      done.push(sessionId);
      continue;
    }
    // The process is dead, so the costs that it wrote are final.
    const quiet = { quiet: true, ended: false, exits: true };
    let isDelivered = true;
    for (const port of ports) {
      const session = { hook, ...port.open(sessionId, hook.path) };
      // The first delivery reads the interrupted turn, which has no end on disk. The second one ends it.
      const isRead = (await port.deliver(session, () => quiet)).kind === "delivered";
      const isEnded =
        isRead && (await port.deliver(session, () => endedTurn(session.position))).kind === "delivered";
      isDelivered &&= isEnded;
    }
    if (isDelivered) done.push(sessionId);
  }
  return done;
}

function endedTurn(position: Position) {
  endTurn(position.read.session.main);
  return { quiet: true, ended: false, exits: true };
}

/** Removes the state of sessions whose transcripts disappeared long ago. */
export function pruneSessions(home: Home, nowMs: number): void {
  const folders = [
    home.sessions,
    ...[...knownPlaces(home), noticesPlace(home)].map(({ sessions }) => sessions),
  ];
  for (const { path, mtimeMs } of folders.flatMap(stateFiles)) {
    if (nowMs - mtimeMs > PRUNE_AFTER_MS) prune(path, nowMs);
  }
}

function stateFiles(folder: string): { path: string; mtimeMs: number }[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const path = join(folder, name);
      try {
        return [{ path, mtimeMs: statSync(path).mtimeMs }];
      } catch {
        return [];
      }
    });
}

/**
 * Removes the state 60 days after the transcript was first found missing, because the transcript may come back before
 * that.
 */
function prune(path: string, nowMs: number): void {
  const content = tryReadText(path, MAX_BYTES.state);
  if (content === undefined || isOfNewerVersion(content)) return;
  const state: { format: typeof FORMAT; path: string; vanishedMs?: number } | undefined =
    parsePosition(content) ?? parseHookFacts(content);
  if (state === undefined || (state.vanishedMs !== undefined && !existsSync(state.path))) {
    rmSync(path, { force: true });
    for (const beside of [ledgerFile(path), agentsFile(path)]) rmSync(beside, { force: true });
  } else if (existsSync(state.path)) {
    touch(path, nowMs);
  } else {
    writeAtomic(path, JSON.stringify({ ...state, vanishedMs: nowMs }));
  }
}

function touch(path: string, ms: number): void {
  utimesSync(path, ms / 1000, ms / 1000);
}

function read(path: string): Position | undefined {
  const content = tryReadText(path, MAX_BYTES.state);
  return content === undefined ? undefined : parsePosition(content);
}

/** Whether a turn or run has begun and no record has ended it, or whether part of the file has not been read. */
function isOpen({ path, read }: Position): boolean {
  const { main, run } = read.session;
  if (hasOpenTurn(main) || main.items.length > 0 || (run !== undefined && !run.closed)) return true;
  return statSync(path, { throwIfNoEntry: false })?.size !== (read.main?.offset ?? 0);
}

/** When the transcript was last written, in epoch ms; undefined if there is no transcript. */
function lastWrittenMs({ path }: Position): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
