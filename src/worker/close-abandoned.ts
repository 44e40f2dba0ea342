import { existsSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../disk/atomic-write.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { isAlive } from "../files/alive.ts";
import { endTurn } from "../session/turns/turns.ts";
import { destinationPlace, knownPlaces, noticesPlace } from "../state/destinations/destination-place.ts";
import type { Home } from "../state/home.ts";
import { newHookFacts, parseHookFacts, peekHookFacts } from "../state/position/hook-facts.ts";
import { type Position, parsePosition } from "../state/position/position.ts";
import { ledgerFile } from "../state/position/row-ledger.ts";
import { agentsFile } from "../state/position/saved-agents.ts";
import { type FORMAT, isOfNewerVersion } from "../state/state-file.ts";
import type { World } from "../state/world.ts";
import type { Port } from "./port.ts";

/** How often sessions that nobody names any more are looked at. */
export const SWEEP_EVERY_MS = 3_600_000;

/** A session's state is dropped so long after its transcript vanished. */
const PRUNE_AFTER_MS = 60 * 24 * 3_600_000;

/**
 * Ends runs whose client died without a word (kill -9). Only positions that fell silent since the last sweep are opened,
 * so that a sweep costs the same in the thousandth session. Returns whether all that it found could be delivered;
 * otherwise the same time must be swept again.
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
        // Its turn comes again when it has been silent for as long once more.
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
 * Delivers what a client that was killed has left on disk; only its run's summary waits, since the session may be
 * resumed. Returns the ids of the sessions that need not be looked at again.
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
    // Another process has taken it up since.
    if (hook?.pid !== undefined && hook.pid !== pid) continue;
    if (hook === undefined || !existsSync(hook.path)) {
      done.push(sessionId);
      continue;
    }
    // Costs that a dead process has written are its last.
    const quiet = { quiet: true, ended: false, exits: true };
    let isDelivered = true;
    for (const port of ports) {
      const session = { hook, ...port.open(sessionId, hook.path) };
      // The turn that it died in is on disk by now, and it has no end.
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

/** Forgets sessions whose transcripts are long gone. */
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
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
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

/** Two months after the transcript was first missed; until then it may come back. */
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

/** Something has begun and has not been ended by a record, or there is something that has not been read. */
function isOpen({ path, read }: Position): boolean {
  const { main, run } = read.session;
  if (main.turn !== undefined || main.items.length > 0 || (run !== undefined && !run.closed)) return true;
  return statSync(path, { throwIfNoEntry: false })?.size !== (read.main?.offset ?? 0);
}

/** Undefined: there is no transcript. */
function lastWrittenMs({ path }: Position): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
