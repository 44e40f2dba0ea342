import type { HookRecord, StopHookSummaryRecord } from "../../transcript/record.ts";
import { keptText } from "../conversation/content-limits.ts";
import type { HookRun } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import type { OpenTurn, SessionState } from "../state.ts";
import { addFindings, assessSetUp } from "./set-up.ts";

/** Adds a hook that ran in the turn. */
export function noteHook(
  session: SessionState,
  turn: OpenTurn,
  { run, atMs }: HookRecord,
  options: SessionOptions,
): void {
  assessHook(session, turn, run, options);
  turn.hooks = [...(turn.hooks ?? []), keptHook(run, atMs, options)];
}

/**
 * Adds the Stop hooks of a summary. A Stop hook that failed or was cancelled already left a record before the summary.
 * It is recognized by its duration.
 */
export function noteStopHooks(
  session: SessionState,
  turn: OpenTurn,
  { hooks, atMs }: StopHookSummaryRecord,
  options: SessionOptions,
): void {
  const before = turn.hooks ?? [];
  const own = before.filter(({ event }) => event === "Stop");
  const known = new Set(own);
  assessSetUp(
    session,
    turn,
    { kind: "stop-hook", names: hooks.flatMap(({ command = [] }) => command) },
    options,
  );
  for (const run of hooks) {
    assessHook(session, turn, run, options);
    const same = own.find((other) => known.has(other) && other.durationMs === run.durationMs);
    if (same !== undefined) known.delete(same);
    else before.push(keptHook(run, atMs, options));
  }
  if (before.length > 0) turn.hooks = before;
}

function assessHook(
  session: SessionState,
  turn: OpenTurn,
  { command }: HookRun,
  { assessHook: assess }: SessionOptions,
): void {
  if (command !== undefined) addFindings(session, turn, (where) => assess?.(command, where));
}

/** The command line of a hook is the user's content, so it is kept only when content is. */
function keptHook({ command, ...run }: HookRun, atMs: number | undefined, { keep }: SessionOptions): HookRun {
  return {
    ...run,
    ...(atMs === undefined ? {} : { atMs }),
    ...(keep === "none" || command === undefined ? {} : { command: keptText(command) }),
  };
}
