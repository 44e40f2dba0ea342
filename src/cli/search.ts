import { duration } from "../config/text/parse.ts";
import { UserError } from "../config/user-error.ts";
import type { Search } from "../files/find-sessions.ts";
import { configDir } from "../settings/locations.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Returns where and how to look for sessions on this machine. */
export function searchOf(io: Io, since?: string): Search {
  return {
    configDir: configDir({ platform: process.platform, homeDir: io.homeDir, env: io.env }),
    cwd: io.cwd,
    onCopies: ({ sessionId, path, copies = [] }) =>
      void say(
        io,
        "stderr",
        `${copies.join(", ")}: a copy of session ${sessionId}, which is read once, from ${path}.`,
      ),
    onUnreadable: (folder) => void say(io, "stderr", `${folder} cannot be looked into.`),
    ...(since === undefined ? {} : { sinceMs: io.now() - durationOf(since) }),
  };
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

function durationOf(text: string): number {
  const parsed = duration({ minMs: 1000, maxMs: 10 * YEAR_MS, example: "12h or 7d" })(text);
  if (parsed.ok) return parsed.value;
  throw new UserError(`--since is "${text}", but ${parsed.expected}.`);
}
