import { type Input, textFlag } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayElsewhere, searchOf } from "../../cli/search.ts";
import { UserError } from "../../config/user-error.ts";
import { type FoundSession, findAllSessions, findSessions } from "../../files/find-sessions.ts";
import { rangeFlags } from "../when-arguments.ts";

/** Finds the sessions that the arguments and the flags `--all` and `--since` name. */
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
  const search = { ...searchOf(io), ...rangeFlags(input, io) };
  if (!all) return findSessions(input.targets, search);
  sayElsewhere(io);
  return findAllSessions(search);
}
