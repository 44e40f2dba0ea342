import { type Input, type Run, textFlag } from "../cli/command.ts";
import { readingConfig } from "../cli/load-config.ts";
import { write, writeEach } from "../cli/output.ts";
import { styleOf } from "../cli/paint.ts";
import { searchOf } from "../cli/search.ts";
import { sayNewest } from "../cli/shown.ts";
import { printable, toJson } from "../printable.ts";
import { maybeMicroUsd } from "../report/json/values.ts";
import { drawSessions } from "../report/sessions.ts";
import { pastSessions } from "../search/history.ts";
import { goneCandidates, listSessions } from "../search/list-sessions.ts";
import { periodNamer } from "../stats/periods.ts";
import { newestSessions } from "./reading/newest.ts";
import { limitFlag, limitsGiven, projectFlag, rangeFlags, systemCalendar } from "./when-arguments.ts";

const DEFAULT_LIMIT = 20;

/** Version of the JSON. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** `ccotel sessions`: the newest sessions, or those that say some words. */
export const run: Run = async (input, io) => {
  const config = readingConfig(input, io);
  const search = searchOf(io);
  const range = rangeFlags(input, io);
  const project = textFlag(input, "project");
  const limit = limitFlag(input, DEFAULT_LIMIT);
  const query = input.targets
    .filter((word) => word.trim() !== "")
    .map(phrase)
    .join(" ");
  const newest = query === "" ? await newestSessions({ limit, project, ...range }, config, io) : undefined;
  const { candidates, has, close, isCut, total } =
    newest ?? (await import("./reading/searched.ts")).searchedSessions(query, config, io);
  const past = pastSessions(search.configDir, has);
  if (candidates.length === 0 && past.length === 0) {
    const { findAllSessions } = await import("../files/find-sessions.ts");
    findAllSessions(search);
  }
  const { sessions, hasMore } = listSessions([...candidates, ...goneCandidates(past, query)], {
    configDir: search.configDir,
    limit,
    looksForMore: query === "",
    isOfProject: projectFlag(input),
    ...range,
  });
  close();
  if (input.flags.json === true) {
    await writeEach(
      io.stdout,
      sessions.map((session) =>
        toJson({ schema: SCHEMA, ...session, costMicroUsd: maybeMicroUsd(session.costUsd) }),
      ),
    );
  } else if (sessions.length === 0) await write(io.stderr, nothingFor(query, input));
  else {
    const about = { nameOf: periodNamer("minute", systemCalendar()), cwd: io.cwd };
    await write(io.stdout, drawSessions(sessions, about, styleOf(io)));
  }
  const isUnsure = sessions.length === limit && (isCut || (query !== "" && candidates.length > limit));
  const all = total === undefined || limitsGiven(input) !== undefined ? undefined : total + past.length;
  await sayNewest(limit, all ?? (hasMore ? "are" : isUnsure ? "may be" : "are not"), input, io);
  return 0;
};

/** A word of the command line as part of a query. The shell has taken the quotes of a phrase away. */
function phrase(word: string): string {
  return /\s/.test(word) && !word.includes('"') ? `"${word}"` : word;
}

function nothingFor(query: string, input: Input): string {
  const limits = limitsGiven(input);
  const said = query === "" ? undefined : `says ${printable(query)}`;
  const matched = limits === undefined ? undefined : `matches ${limits}`;
  return `No session ${[said, matched].filter(Boolean).join(" and ") || "has a record with a time"}.\n`;
}
