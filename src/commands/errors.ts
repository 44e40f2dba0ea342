import { type Input, type Run, textFlag } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { sayLeftOut } from "../cli/left-out.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write, writeEach } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { createProgress } from "../cli/progress.ts";
import { type More, sayNewest, sayShown } from "../cli/shown.ts";
import type { Config } from "../config/load.ts";
import { nearest } from "../config/text/nearest.ts";
import { UserError } from "../config/user-error.ts";
import { mtimeOf } from "../disk/stat.ts";
import { type Failure, failuresOf, hasFailure } from "../failures/failures.ts";
import { GROUPINGS, type Grouping, groupFailures } from "../failures/group.ts";
import { createSteps } from "../failures/steps.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import type { KinMemory } from "../files/kin/known-kin.ts";
import { toJson } from "../printable.ts";
import { drawFailureGroups, drawFailures, type FailedSession } from "../report/failures.ts";
import { failureJson, groupJson } from "../report/json/failures.ts";
import type { SessionOptions } from "../session/options.ts";
import { groupRows } from "../session/sums/rows.ts";
import { periodNamer } from "../stats/periods.ts";
import { sessionsOf } from "./reading/history.ts";
import { piecesOfSession, sessionOptionsOf } from "./reading/pieces-of-session.ts";
import { openSummaries } from "./reading/summaries.ts";
import { limitFlag, limitsGiven, projectFlag, rangeFlags, systemCalendar } from "./when-arguments.ts";

const DEFAULT_LIMIT = 20;

/** `ccotel errors`: what failed, what led to it, and what followed. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const by = groupingOf(input);
  const limit = limitFlag(
    input,
    input.targets.length > 0 || by !== undefined ? Number.POSITIVE_INFINITY : DEFAULT_LIMIT,
  );
  const calls = new Map<string, number>();
  const { failed, more } = await failedSessions(input, io, config, {
    limit: by === undefined ? limit : Number.POSITIVE_INFINITY,
    calls,
  });
  const nameOf = periodNamer("minute", systemCalendar());
  if (by === undefined) {
    await tellFailures(failed, nameOf, input, io);
    await sayNewest(limit, more, input, io);
    return 0;
  }
  const failures = failed.flatMap(({ sessionId, failures: own }) =>
    own.map((failure) => ({ ...failure, sessionId })),
  );
  const groups = groupFailures(failures, by, calls);
  await tellGroups(groups.slice(0, limit), by, nameOf, input, io);
  if (groups.length > limit) {
    const all = groups.length;
    await sayShown(`the first ${limit} of ${all}`, `--limit ${all} lists all`, input, io);
  }
  return 0;
};

async function tellFailures(
  failed: readonly FailedSession[],
  nameOf: (atMs: number) => string,
  input: Input,
  io: Io,
): Promise<void> {
  if (input.flags.json === true) {
    const lines = failed.flatMap(({ failures, ...session }) =>
      failures.map((failure) => toJson(failureJson(session, failure))),
    );
    await writeEach(io.stdout, lines);
  } else if (failed.length === 0) await write(io.stderr, nothing(input));
  else await write(io.stdout, drawFailures(failed, nameOf, styleOf(io)));
}

async function tellGroups(
  groups: ReturnType<typeof groupFailures>,
  by: Grouping,
  nameOf: (atMs: number) => string,
  input: Input,
  io: Io,
): Promise<void> {
  if (input.flags.json === true)
    await writeEach(
      io.stdout,
      groups.map((group) => toJson(groupJson(group, by))),
    );
  else if (groups.length === 0) await write(io.stderr, nothing(input, by));
  else await write(io.stdout, drawFailureGroups(groups, by, nameOf, styleOf(io)));
}

function nothing(input: Input, by?: Grouping): string {
  const limits = limitsGiven(input);
  const what = by === "command" ? "No command" : "Nothing";
  return `${what} failed ${limits === undefined ? "in these sessions" : `that matches ${limits}`}.\n`;
}

/**
 * Returns the newest failures, up to `limit`, by session: the one that failed last first, each with its failures in
 * order of time. Opens only sessions whose summary counts a failure. Adds the number of calls of each tool in all these
 * sessions to `calls`. `more`: what is known about older ones.
 */
async function failedSessions(
  input: Input,
  io: Io,
  config: Config,
  { limit, calls }: { limit: number; calls: Map<string, number> },
): Promise<{ failed: FailedSession[]; more: More }> {
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = rangeFlags(input, io);
  const isOfProject = projectFlag(input);
  const sessions = newestFirst(sessionsOf(input, io));
  const options = { ...sessionOptionsOf(config), keep: "full" as const };
  const summaries = openSummaries(config);
  const progress = createProgress(io);
  const failed: FailedSession[] = [];
  const newest = createNewest(limit);
  let isCut = false;
  const failedIn = (session: FoundSession): FailedSession | undefined => {
    const summary = summaries.of(session);
    const before = summary.rows.filter(({ slotMs, project }) => slotMs < untilMs && isOfProject(project));
    const counted = before.filter(({ slotMs }) => slotMs >= sinceMs);
    for (const [tool, counts] of groupRows(counted, ({ tool: name }) => name))
      calls.set(tool, (calls.get(tool) ?? 0) + counts.toolCalls);
    const rows = before.filter(({ slotMs }) => slotMs + SLOT_GRACE_MS > sinceMs);
    if (!hasFailure({ ...summary, rows })) return undefined;
    if (summary.lastMs !== undefined && summary.lastMs < newest.sinceMs()) {
      isCut = true;
      return undefined;
    }
    const failures = failuresIn(session, options, summaries.reading(session).kin).filter(
      ({ atMs, project }) =>
        atMs >= sinceMs && atMs < untilMs && isOfProject(project ?? summary.place.project),
    );
    if (failures.length === 0) return undefined;
    newest.add(failures.map(({ atMs }) => atMs));
    const denied = failures.filter(({ kind }) => kind === "denied").length;
    const { project, branch } = summary.place;
    return {
      sessionId: session.sessionId,
      path: session.path,
      ...(project === undefined ? {} : { project }),
      ...(branch === undefined ? {} : { branch }),
      failures,
      earlier: 0,
      failed: failures.length - denied,
      denied,
    };
  };
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
      if (found !== undefined) failed.push(found);
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

/** A row's time is the beginning of its slot. A call may fail later than that: its failure has the time of its end. */
const SLOT_GRACE_MS = 24 * 3_600_000;

function failuresIn(session: FoundSession, options: SessionOptions, kin: KinMemory): Failure[] {
  const steps = createSteps();
  for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) steps.add(pieces);
  return failuresOf(steps.conversations());
}

function newestFirst(sessions: readonly FoundSession[]): { session: FoundSession; changedMs: number }[] {
  return sessions
    .map((session) => ({ session, changedMs: mtimeOf(session.path) }))
    .sort((a, b) => b.changedMs - a.changedMs);
}

function groupingOf(input: Input): Grouping | undefined {
  const word = textFlag(input, "by");
  if (word === undefined) return undefined;
  const found = GROUPINGS.find((grouping) => grouping === word.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(word, [...GROUPINGS]);
  throw new UserError(`--by has no "${word}".`, {
    hint: `${meant === undefined ? "" : `Did you mean ${meant}? `}It takes ${GROUPINGS.join(" or ")}.`,
  });
}
