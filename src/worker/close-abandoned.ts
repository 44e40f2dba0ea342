import { existsSync, statSync } from "node:fs";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { isAlive } from "../files/alive.ts";
import type { FileFacts } from "../session/finish/finish.ts";
import { endTurn } from "../session/turns/turns.ts";
import { hasOpenTurn } from "../session/turns/windows.ts";
import { destinationPlace } from "../state/destinations/destination-place.ts";
import { isClientAlive, newHookFacts, peekHookFacts } from "../state/position/hook-facts.ts";
import { type Position, parsePosition } from "../state/position/position.ts";
import type { World } from "../state/world.ts";
import type { Port } from "./port.ts";
import { stateFiles, touch } from "./state-files.ts";

/** How often the worker looks for sessions that no event names any more. */
export const SWEEP_EVERY_MS = 3_600_000;

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
      const found = readPosition(path);
      if (found === undefined || !isOpen(found)) continue;
      const { sessionId } = found.read.session;
      const hook = peekHookFacts(home, sessionId) ?? newHookFacts(sessionId, found.path);
      const writtenMs = isClientAlive(home, hook) ? nowMs : lastWrittenMs(found);
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
    const hook = peekHookFacts(home, sessionId);
    if (hook?.pid === pid ? isClientAlive(home, hook) : isAlive(pid)) continue;
    // Another process has resumed the session.
    if (hook?.pid !== undefined && hook.pid !== pid) continue;
    if (hook === undefined || !existsSync(hook.path)) {
      done.push(sessionId);
      continue;
    }
    let isDelivered = true;
    for (const port of ports) {
      const session = { hook, ...port.open(sessionId, hook.path) };
      // The first delivery reads the interrupted turn, which has no end on disk. The second one ends it.
      const isRead = (await port.deliver(session, () => EXITED)).kind === "delivered";
      const isEnded =
        isRead && (await port.deliver(session, () => endedTurn(session.position))).kind === "delivered";
      isDelivered &&= isEnded;
    }
    if (isDelivered) done.push(sessionId);
  }
  return done;
}

/** The process is dead, so the costs that it wrote are final. */
const EXITED: FileFacts = { quiet: true, ended: false, exits: true };

function endedTurn(position: Position): FileFacts {
  endTurn(position.read.session.main);
  return EXITED;
}

function readPosition(path: string): Position | undefined {
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
