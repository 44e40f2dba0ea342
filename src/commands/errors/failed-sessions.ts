import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { createProgress } from "../../cli/progress.ts";
import type { More } from "../../cli/shown.ts";
import type { Config } from "../../config/load.ts";
import { mtimeOf } from "../../disk/stat.ts";
import { type Failure, failuresOf, hasFailure } from "../../failures/failures.ts";
import { createSteps } from "../../failures/steps.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import { defined } from "../../objects.ts";
import type { FailedSession } from "../../report/failures.ts";
import type { SessionOptions } from "../../session/options.ts";
import { groupRows, type Row } from "../../session/sums/rows.ts";
import type { Summary } from "../../session/sums/summary.ts";
import { sessionsOf } from "../reading/history.ts";
import { piecesOfSession, sessionOptionsOf } from "../reading/pieces-of-session.ts";
import { openSummaries } from "../reading/summaries.ts";
import { projectFlag, rangeFlags } from "../when-arguments.ts";

/**
 * Returns the newest failures, up to `limit`, by session: the one that failed last first, each with its failures in
 * order of time. Opens only sessions whose summary counts a failure. Adds the number of calls of each tool in all these
 * sessions to `calls`. `more`: what is known about older ones.
 */
export async function failedSessions(
  input: Input,
  io: Io,
  config: Config,
  { limit, calls }: { limit: number; calls: Map<string, number> },
): Promise<{ failed: FailedSession[]; more: More }> {
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = rangeFlags(input, io);
  const isOfProject = projectFlag(input);
  const sessions = lastChangedFirst(sessionsOf(input, io));
  const options = { ...sessionOptionsOf(config), keep: "full" as const };
  const summaries = openSummaries(config);
  const newest = createNewest(limit);

  /** Undefined: nothing in it failed. `older`: all that failed is older than the newest failures so far. */
  const failedIn = (session: FoundSession): FailedSession | "older" | undefined => {
    const summary = summaries.of(session);
    const rows = summary.rows.filter(({ slotMs, project }) => slotMs < untilMs && isOfProject(project));
    countCalls(
      rows.filter(({ slotMs }) => slotMs >= sinceMs),
      calls,
    );
    if (!hasFailure({ ...summary, rows: rows.filter(({ slotMs }) => slotMs + SLOT_GRACE_MS > sinceMs) }))
      return undefined;
    if (summary.lastMs !== undefined && summary.lastMs < newest.sinceMs()) return "older";
    const failures = failuresIn(session, options, summaries.reading(session).kin).filter(
      ({ atMs, project = summary.place.project }) =>
        atMs >= sinceMs && atMs < untilMs && isOfProject(project),
    );
    return failures.length === 0 ? undefined : failedSession(session, summary, failures);
  };

  const progress = createProgress(io);
  const failed: FailedSession[] = [];
  let isCut = false;
  for (const [index, { session, changedMs }] of sessions.entries()) {
    // A file is never older than its last record, but it may be newer: copied files all have the time of the copy.
    if (changedMs < sinceMs) break;
    if (changedMs < newest.sinceMs()) {
      isCut = true;
      break;
    }
    progress.show(index / sessions.length, "reading");
    try {
      const found = failedIn(session);
      if (found === "older") isCut = true;
      else if (found !== undefined) {
        failed.push(found);
        newest.add(found.failures.map(({ atMs }) => atMs));
      }
    } catch (error) {
      await sayLeftOut(error, io);
    }
  }
  progress.clear();
  summaries.save();
  const found = failed.reduce((sum, { failures }) => sum + failures.length, 0);
  const ofCut = found > limit ? "are" : "may be";
  return { failed: newestFailures(failed, limit), more: isCut ? ofCut : found };
}

/** A row's time is the beginning of its slot. A call may fail later than that: its failure has the time of its end. */
const SLOT_GRACE_MS = 24 * 3_600_000;

function countCalls(rows: readonly Row[], calls: Map<string, number>): void {
  for (const [tool, { toolCalls }] of groupRows(rows, (row) => row.tool))
    calls.set(tool, (calls.get(tool) ?? 0) + toolCalls);
}

function failedSession(
  { sessionId, path }: FoundSession,
  { place: { project, branch } }: Summary,
  failures: Failure[],
): FailedSession {
  const denied = failures.filter(({ kind }) => kind === "denied").length;
  const failed = failures.length - denied;
  return defined({ sessionId, path, project, branch, failures, earlier: 0, failed, denied });
}

/** Keeps the times of the newest failures, up to the limit. */
function createNewest(limit: number): { sinceMs(): number; add(times: readonly number[]): void } {
  let newest: number[] = [];
  return {
    sinceMs: () => newest[limit - 1] ?? Number.NEGATIVE_INFINITY,
    add(times) {
      if (limit === Number.POSITIVE_INFINITY) return;
      newest = [...newest, ...times].sort((a, b) => b - a).slice(0, limit);
    },
  };
}

/** The newest failures of these sessions, up to the limit. The session that failed last is the first. */
function newestFailures(sessions: readonly FailedSession[], limit: number): FailedSession[] {
  const byTime = sessions.flatMap(({ failures }) => failures).sort((a, b) => b.atMs - a.atMs);
  const newest = new Set(byTime.slice(0, limit));
  const lastOf = ({ failures }: FailedSession) => failures.at(-1)?.atMs ?? 0;
  return sessions
    .map((session): FailedSession => {
      const failures = session.failures.filter((failure) => newest.has(failure));
      return { ...session, failures, earlier: session.failures.length - failures.length };
    })
    .filter(({ failures }) => failures.length > 0)
    .sort((a, b) => lastOf(b) - lastOf(a));
}

function failuresIn(session: FoundSession, options: SessionOptions, kin: KinMemory): Failure[] {
  const steps = createSteps();
  for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) steps.add(pieces);
  return failuresOf(steps.conversations());
}

function lastChangedFirst(sessions: readonly FoundSession[]): { session: FoundSession; changedMs: number }[] {
  return sessions
    .map((session) => ({ session, changedMs: mtimeOf(session.path) }))
    .sort((a, b) => b.changedMs - a.changedMs);
}
