import { duration } from "../config/text/parse.ts";
import { UserError } from "../config/user-error.ts";
import { type FoundSession, findAllSessions, findSessions, type Search } from "../files/find-sessions.ts";
import { configDir } from "../settings/locations.ts";
import { type Input, textFlag } from "./command.ts";
import type { Io } from "./io.ts";
import { write } from "./output.ts";

/** Finds the sessions that a command's arguments and its flags `--all` and `--since` name. */
export function targetSessions(input: Input, io: Io): FoundSession[] {
  const since = textFlag(input, "since");
  const all = input.flags.all === true;
  if (all && input.targets.length > 0) {
    throw new UserError(`--all means every session, but ${input.targets.join(" ")} was named, too.`, {
      hint: "Leave one of the two out.",
    });
  }
  if (!all && input.targets.length === 0) {
    const hint = since === undefined ? "" : ` --since only narrows them down: --all --since ${since}.`;
    throw new UserError("No session was named.", {
      hint: `Name session ids, transcripts or folders with transcripts, or take all of them with --all.${hint}`,
    });
  }
  const search = searchOf(io, since);
  return all ? findAllSessions(search) : findSessions(input.targets, search);
}

/** Returns where and how to look for sessions on this machine. */
export function searchOf(io: Io, since?: string): Search {
  return {
    configDir: configDir({ platform: process.platform, homeDir: io.homeDir, env: io.env }),
    cwd: io.cwd,
    onCopies: ({ sessionId, path, copies = [] }) =>
      void write(
        io.stderr,
        `${copies.join(", ")}: a copy of session ${sessionId}, which is read once, from ${path}.\n`,
      ),
    onUnreadable: (folder) => void write(io.stderr, `${folder} cannot be looked into.\n`),
    ...(since === undefined ? {} : { sinceMs: io.now() - durationOf(since) }),
  };
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

function durationOf(text: string): number {
  const parsed = duration({ minMs: 1000, maxMs: 10 * YEAR_MS, example: "12h or 7d" })(text);
  if (parsed.ok) return parsed.value;
  throw new UserError(`--since is "${text}", but ${parsed.expected}.`);
}
