import { join, sep } from "node:path";
import { realPathOf } from "../disk/stat.ts";
import type { Search } from "../files/find-sessions.ts";
import { sessionsIn } from "../files/sessions-below.ts";
import { configDir } from "../settings/locations.ts";
import { shellWord } from "../shell-word.ts";
import { plural } from "../units.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Returns where and how to look for sessions on this machine. */
export function searchOf(io: Io): Search {
  return {
    configDir: configDir({ platform: process.platform, homeDir: io.homeDir, env: io.env }),
    cwd: io.cwd,
    onCopies: ({ path, copies = [] }) =>
      sayOnce(
        io,
        `${copies.join(", ")}: ${copies.length === 1 ? "a copy" : "copies"} of ${path}. Each turn counts once.`,
      ),
    onUnreadable: (folder) =>
      sayOnce(io, `${folder} cannot be looked into. Check who owns it and its permissions.`),
    onAbove: (link) =>
      sayOnce(io, `${link} is a link to a folder above the sessions. ccotel does not follow it.`),
  };
}

/**
 * Says that a folder of sessions is not part of the whole history: the one that Claude Code 1.0.30 to 1.0.32 used if
 * XDG_CONFIG_HOME was set. Later versions read only `~/.claude`, if CLAUDE_CONFIG_DIR names no other folder.
 */
export function sayElsewhere(io: Io): void {
  const { CLAUDE_CONFIG_DIR, XDG_CONFIG_HOME } = io.env;
  if (CLAUDE_CONFIG_DIR) return;
  const { configDir: folder } = searchOf(io);
  const other = join(XDG_CONFIG_HOME || join(io.homeDir, ".config"), "claude");
  const sessions = sessionsIn(join(other, "projects"), {});
  const [one] = sessions;
  if (one === undefined || one.realPath.startsWith(join(realPathOf(folder) ?? folder, sep))) return;
  sayOnce(
    io,
    `${plural(sessions.length, "session")} in ${other} ${sessions.length === 1 ? "is" : "are"} left out: Claude Code 1.0.30 to 1.0.32 kept sessions there, and later versions do not read them. To count them, name both folders, as in: ccotel stats ${shellWord(folder)} ${shellWord(other)}`,
  );
}

const reported = new WeakMap<Io, Set<string>>();

/** Writes to stderr what this command has not written yet: `view` looks for sessions again and again. */
function sayOnce(io: Io, text: string): void {
  const before = reported.get(io) ?? new Set();
  if (before.has(text)) return;
  reported.set(io, before.add(text));
  void say(io, "stderr", text);
}
