import { type Input, type Run, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { readingConfig } from "../../cli/load-config.ts";
import { write, writeEach } from "../../cli/output.ts";
import { styleOf } from "../../cli/paint.ts";
import { sayNewest, sayShown } from "../../cli/shown.ts";
import { nearest } from "../../config/text/nearest.ts";
import { UserError } from "../../config/user-error.ts";
import { GROUPINGS, type Grouping, groupFailures } from "../../failures/group.ts";
import { toJson } from "../../printable.ts";
import { drawFailureGroups, drawFailures, type FailedSession } from "../../report/failures.ts";
import { failureJson, groupJson } from "../../report/json/failures.ts";
import { periodNamer } from "../../stats/periods.ts";
import { limitFlag, limitsGiven, systemCalendar } from "../when-arguments.ts";
import { failedSessions } from "./failed-sessions.ts";

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
  const wanted = by === undefined ? limit : Number.POSITIVE_INFINITY;
  const { failed, more } = await failedSessions(input, io, config, { limit: wanted, calls });
  if (by === undefined) {
    await writeFailures(failed, input, io);
    await sayNewest(limit, more, input, io);
    return 0;
  }
  const failures = failed.flatMap(({ sessionId, failures: own }) =>
    own.map((failure) => ({ ...failure, sessionId })),
  );
  const groups = groupFailures(failures, by, calls);
  await writeGroups(groups.slice(0, limit), by, input, io);
  if (groups.length > limit) {
    const all = groups.length;
    await sayShown(`the first ${limit} of ${all}`, `--limit ${all} lists all`, input, io);
  }
  return 0;
};

const minuteOf = () => periodNamer("minute", systemCalendar());

async function writeFailures(failed: readonly FailedSession[], input: Input, io: Io): Promise<void> {
  if (input.flags.json === true) {
    const lines = failed.flatMap(({ failures, ...session }) =>
      failures.map((failure) => toJson(failureJson(session, failure))),
    );
    await writeEach(io.stdout, lines);
  } else if (failed.length === 0) await write(io.stderr, nothing(input));
  else await write(io.stdout, drawFailures(failed, minuteOf(), styleOf(io)));
}

async function writeGroups(
  groups: ReturnType<typeof groupFailures>,
  by: Grouping,
  input: Input,
  io: Io,
): Promise<void> {
  if (input.flags.json === true)
    await writeEach(
      io.stdout,
      groups.map((group) => toJson(groupJson(group, by))),
    );
  else if (groups.length === 0) await write(io.stderr, nothing(input, by));
  else await write(io.stdout, drawFailureGroups(groups, by, minuteOf(), styleOf(io)));
}

function nothing(input: Input, by?: Grouping): string {
  const limits = limitsGiven(input);
  const what = by === "command" ? "No command" : "Nothing";
  return `${what} failed ${limits === undefined ? "in these sessions" : `that matches ${limits}`}.\n`;
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
