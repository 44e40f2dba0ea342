import { type Run, textFlag } from "../cli/command.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { createProgress } from "../cli/progress.ts";
import { searchOf } from "../cli/session-arguments.ts";
import { UserError } from "../config/user-error.ts";
import { findAllSessions } from "../files/find-sessions.ts";
import { toJson } from "../printable.ts";
import { drawSessions } from "../report/sessions.ts";
import { listSessions } from "../search/list-sessions.ts";
import { type Calendar, momentOf, periodNamer } from "../stats/periods.ts";
import { openSummaries } from "./summaries.ts";

const DEFAULT_LIMIT = 20;

/** `ccotel sessions`: the newest sessions, or those that say some words. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const search = searchOf(io);
  const summaries = openSummaries(config);
  const calendar: Calendar = {
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    weekStartsOn: 1,
  };
  const sinceText = textFlag(input, "since");
  const sinceMs =
    sinceText === undefined ? undefined : momentOf(sinceText, "start", { calendar, nowMs: io.now() });
  if (sinceText !== undefined && sinceMs === undefined) {
    throw new UserError(`--since is "${sinceText}", but must be a date or how long ago.`, {
      hint: "For example 2026-11-01, today, 7d or 12h.",
    });
  }
  const project = textFlag(input, "project");
  const found = findAllSessions(search);
  const progress = createProgress(io);
  let read = 0;
  const sessions = listSessions(
    found,
    (session) => {
      progress.show(++read / found.length, "reading");
      return summaries.of(session);
    },
    {
      configDir: search.configDir,
      query: input.targets.map((word) => (word.includes(" ") ? `"${word}"` : word)).join(" "),
      limit: limitOf(textFlag(input, "limit")),
      ...(project === undefined ? {} : { project }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
    },
  );
  progress.clear();
  summaries.save();
  if (input.flags.json === true) {
    for (const session of sessions) if (!(await write(io.stdout, toJson(session)))) break;
    return 0;
  }
  if (sessions.length === 0) {
    await write(io.stderr, "No session says that.\n");
    return 0;
  }
  await write(io.stdout, drawSessions(sessions, periodNamer("minute", calendar), styleOf(io)));
  return 0;
};

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new UserError(`--limit is "${text}", but must be a whole number above 0.`);
}
