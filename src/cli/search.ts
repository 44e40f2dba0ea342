import type { Search } from "../files/find-sessions.ts";
import { configDir } from "../settings/locations.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Returns where and how to look for sessions on this machine. */
export function searchOf(io: Io): Search {
  return {
    configDir: configDir({ platform: process.platform, homeDir: io.homeDir, env: io.env }),
    cwd: io.cwd,
    onCopies: ({ sessionId, path, copies = [] }) =>
      sayOnce(io, `${copies.join(", ")}: a copy of session ${sessionId}, which is read once, from ${path}.`),
    onUnreadable: (folder) =>
      sayOnce(io, `${folder} cannot be looked into. Check who owns it and its permissions.`),
    onAbove: (link) =>
      sayOnce(io, `${link} is a link to a folder above the sessions. ccotel does not follow it.`),
  };
}

const reported = new WeakMap<Io, Set<string>>();

/** Writes to stderr what this command has not written yet: `view` looks for sessions again and again. */
function sayOnce(io: Io, text: string): void {
  const before = reported.get(io) ?? new Set();
  if (before.has(text)) return;
  reported.set(io, before.add(text));
  void say(io, "stderr", text);
}
