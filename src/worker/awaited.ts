import type { HookEvent } from "../hook/inbox.ts";
import { hasOpenTurn } from "../session/turns/windows.ts";
import type { Position } from "../state/position/position.ts";

/**
 * The events of a session that the worker follows, and how long it waits for what Claude Code is about to write. Times
 * are ticks, in milliseconds.
 */
export interface Awaited {
  sessionId: string;
  events: HookEvent[];
  /**
   * Prompts whose Stop hook ran, so the ends of their turns will soon be on disk. Old versions of Claude Code name no
   * prompt: undefined.
   */
  stoppedPrompts: Set<string | undefined>;
  /** SessionEnd ran, so the cost of the run will soon be written. */
  ending: boolean;
  until: number;
  /** The session is no longer followed. A new event needs an `Awaited` of its own. */
  closed: boolean;
}

/** Other Stop hooks may take long, and may make Claude Code continue the turn. */
const WAIT_FOR_STOP_MS = 60_000;

/** Claude Code writes `cost-state` right after the SessionEnd hooks. */
const WAIT_FOR_END_MS = 5_000;

export function newAwaited(sessionId: string): Awaited {
  return { sessionId, events: [], stoppedPrompts: new Set(), ending: false, until: 0, closed: false };
}

/** Adds a new event, also to a session that is already followed. `ticks`: now. */
export function addEvent(awaited: Awaited, event: HookEvent, ticks: number): void {
  awaited.events.push(event);
  // After a SessionEnd, no Stop hook runs any more. Any other event shows that the session continues.
  awaited.ending = event.name === "SessionEnd";
  if (event.name === "SessionEnd") awaited.until = ticks + WAIT_FOR_END_MS;
  if (event.name !== "Stop") return;
  awaited.stoppedPrompts.add(event.promptId);
  awaited.until = ticks + WAIT_FOR_STOP_MS;
}

/** Whether everything that the events announced has been delivered. */
export function isSettled(awaited: Awaited, position: Position, quiet: boolean): boolean {
  const { main, run } = position.read.session;
  if (main.items.length > 0) return false;
  if (awaited.ending) return !hasOpenTurn(main) && (run === undefined || run.closed === true);
  return [...awaited.stoppedPrompts].every((promptId) =>
    // The file may lack the last records of the turn. Only the end of this turn shows that they are there.
    promptId === undefined ? !hasOpenTurn(main) && quiet : main.endedPrompts.includes(promptId),
  );
}

/** Whether the ends of all stopped turns are on disk, so that nothing is awaited but that the files are quiet. */
export function hasEnds({ ending, stoppedPrompts }: Awaited, position: Position): boolean {
  const { endedPrompts } = position.read.session.main;
  if (ending || stoppedPrompts.size === 0) return false;
  return [...stoppedPrompts].every((promptId) => promptId !== undefined && endedPrompts.includes(promptId));
}

/**
 * Whether the Stop event ends the turn although no record does: up to version 2.1.100, Claude Code does not mark the
 * end in time. The file must then be quiet, and its last record must be an end.
 */
export function endsByQuiet(awaited: Awaited, position: Position): boolean {
  const { main } = position.read.session;
  if (main.turn === undefined || main.knowsTurnOrigin || awaited.stoppedPrompts.size === 0) return false;
  const { last } = main.turn.thread;
  return last === "answer" || last === "error";
}
