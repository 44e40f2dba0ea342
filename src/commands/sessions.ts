import { type Run, textFlag } from "../cli/command.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { createProgress } from "../cli/progress.ts";
import { searchOf } from "../cli/search.ts";
import { findAllSessions, listAllSessions } from "../files/find-sessions.ts";
import { toJson } from "../printable.ts";
import { drawSessions } from "../report/sessions.ts";
import { pastSessions } from "../search/history.ts";
import { listSessions } from "../search/list-sessions.ts";
import { periodNamer } from "../stats/periods.ts";
import { openSummaries } from "./reading/summaries.ts";
import { limitFlag, momentFlag, systemCalendar } from "./when-arguments.ts";

const DEFAULT_LIMIT = 20;

/** `ccotel sessions`: the newest sessions, or those that say some words. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const search = searchOf(io);
  const summaries = openSummaries(config);
  const sinceMs = momentFlag(input, io, "since");
  const project = textFlag(input, "project");
  const listed = listAllSessions(search);
  const isAny = listed.length > 0 || pastSessions(search.configDir).length > 0;
  const found = isAny ? listed : findAllSessions(search);
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
      limit: limitFlag(input, DEFAULT_LIMIT),
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
  await write(io.stdout, drawSessions(sessions, periodNamer("minute", systemCalendar()), styleOf(io)));
  return 0;
};
