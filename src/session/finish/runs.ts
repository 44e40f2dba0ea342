import type { AgentHome } from "../agent-state.ts";
import type { AfterClear, Finished, Place, RunPart } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import type { RunState } from "../run-state.ts";
import type { SessionState } from "../state.ts";
import { noCounts } from "../sums/counts.ts";
import { settleCost } from "./cost.ts";

/** What `finish` works with: the session, the options, and the pieces so far. */
export interface Finishing {
  session: SessionState;
  options: SessionOptions;
  out: Finished[];
}

/** The time of something in the main file, and the latest time in the file before it, if known. In epoch ms. */
export interface Occurrence {
  startMs: number;
  beforeMs?: number;
  place: Place;
  afterClear?: AfterClear;
}

/** The open run, if it ended in a long silence before `at`. Undefined otherwise. */
export function overdueRun({ session, options }: Finishing, at: Occurrence): RunState | undefined {
  const { run } = session;
  if (run === undefined || at.beforeMs === undefined) return undefined;
  return at.startMs - at.beforeMs > options.idleCloseMs ? run : undefined;
}

/** The run for `at`: the open one, or a new one. When the current part is full, the next part begins. */
export function openRun(finishing: Finishing, at: Occurrence): RunState {
  const { session, options } = finishing;
  session.run ??= newRun(session, at);
  const run = session.run;
  run.closed = undefined;
  if (run.partStarted && run.partSpans >= options.maxSpansPerTrace) nextPart(finishing, run, at.startMs);
  return run;
}

function newRun(session: SessionState, { startMs, place, afterClear }: Occurrence): RunState {
  const first = session.nextRun === 0 ? firstOwnMs(session) : undefined;
  const beginMs = Math.min(first ?? startMs, startMs);
  const part: RunPart = { run: session.nextRun++, part: 0, startMs: beginMs, place };
  if (session.main.forkedFrom !== undefined) part.forkedFrom = session.main.forkedFrom;
  if (afterClear !== undefined) part.afterClear = afterClear;
  return {
    part,
    startMs: beginMs,
    partStarted: false,
    partSpans: 0,
    partTurns: 0,
    turns: 0,
    compactions: 0,
    totals: noCounts(),
    outcome: "completed",
    partEndMs: beginMs,
    agentsEndMs: beginMs,
  };
}

/** When the file's own history begins, in epoch ms. Undefined when a fork's copied history hides it. */
function firstOwnMs(session: SessionState): number | undefined {
  const { ownSinceMs, hasCopies, firstMs } = session.main;
  return ownSinceMs ?? (hasCopies ? undefined : firstMs);
}

function nextPart({ session, out }: Finishing, run: RunState, startMs: number): void {
  out.push({ type: "part_finished", part: run.part, endMs: run.partEndMs, turns: run.partTurns });
  session.lastPart = refOf(run.part);
  run.part = { ...run.part, part: run.part.part + 1, startMs };
  run.partStarted = false;
  run.partSpans = 0;
  run.partTurns = 0;
}

/** Releases the root of the part, before anything else of the part. `firstEndMs`: end of the first thing in it. */
export function startPart({ session, out }: Finishing, run: RunState, firstEndMs: number): void {
  if (run.partStarted) return;
  run.partStarted = true;
  run.partSpans++;
  const previous = session.lastPart === undefined ? {} : { previous: session.lastPart };
  out.push({ type: "part_started", part: run.part, firstEndMs, ...previous });
}

/**
 * Closes the run with its summary. `endMs`: time of the main file's last record in the run. `sum`: Claude Code's own
 * costs.
 */
export function summarizeRun(
  { session, out }: Finishing,
  run: RunState,
  endMs: number,
  sum: { totalUsd: number; startMs: number } | undefined,
): void {
  const hiddenUsd = sum === undefined ? undefined : settleCost(session.cost, sum.totalUsd, sum.startMs);
  session.lastPart = refOf(run.part);
  run.closed = true;
  if (run.summarized) return;
  run.summarized = true;
  out.push({
    type: "run_finished",
    part: run.part,
    summary: {
      ...(run.startMs === undefined ? {} : { startMs: run.startMs }),
      endMs: Math.max(endMs, run.partEndMs, run.agentsEndMs),
      outcome: run.outcome,
      turns: run.turns,
      compactions: run.compactions + run.totals.compactions,
      totals: run.totals,
      ...(run.title === undefined ? {} : { title: run.title }),
      ...(run.slug === undefined ? {} : { slug: run.slug }),
      ...(hiddenUsd === undefined ? {} : { hiddenUsd }),
    },
  });
}

/** Where in the session something belongs. `rootKey` is used only without a turn. */
export function homeIn({ part }: RunState, turnId: string | undefined, rootKey?: string): AgentHome {
  const home: AgentHome = { run: part.run, part: part.part, startMs: part.startMs };
  if (turnId !== undefined) home.turnId = turnId;
  else if (rootKey !== undefined) home.rootKey = rootKey;
  return home;
}

function refOf({ run, part, startMs }: RunPart) {
  return { run, part, startMs };
}
