import type { Failure } from "./failures.ts";

/** `command`: by the command name of shell calls. */
export const GROUPINGS = ["tool", "command"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A failure with the session that it happened in. */
interface SessionFailure extends Failure {
  sessionId: string;
}

/** Failures of one tool, command or API error in all sessions. */
export interface FailureGroup {
  /** A tool, a command, or an API error: `API overloaded_error 529`. */
  name: string;
  /** All of them: those that failed, and calls that were denied, which are no failures of the tool. */
  failures: number;
  failed: number;
  denied: number;
  /** How many sessions have such a failure. */
  sessions: number;
  /** Ids of at most five of them, the newest first. */
  sessionIds: string[];
  /** How many of all worked later, never worked, and were not tried again. */
  worked: number;
  neverWorked: number;
  notTriedAgain: number;
  /** Total number of calls of the tool. Only if grouped by tool. */
  calls?: number;
  lastMs: number;
  /** The most frequent message of those that failed. If none did, of the denied calls. */
  error?: string;
}

const MAX_SESSIONS = 5;

/** Groups failures: most failed first, then most denied. `calls`: number of calls of each tool in all sessions. */
export function groupFailures(
  failures: readonly SessionFailure[],
  by: Grouping,
  calls: ReadonlyMap<string, number> = new Map(),
): FailureGroup[] {
  const groups = new Map<string, SessionFailure[]>();
  for (const failure of failures) {
    const name = nameOf(failure, by);
    if (name === undefined) continue;
    const same = groups.get(name);
    if (same === undefined) groups.set(name, [failure]);
    else same.push(failure);
  }
  return [...groups]
    .map(([name, same]) => groupOf(name, same, by === "tool" ? calls.get(name) : undefined))
    .sort(
      (a, b) =>
        b.failed - a.failed || b.denied - a.denied || b.lastMs - a.lastMs || (a.name < b.name ? -1 : 1),
    );
}

/** The failure's group. Undefined if it has none: only shell calls have commands. */
function nameOf({ kind, tool, command, reason, status }: Failure, by: Grouping): string | undefined {
  if (by === "command") return command;
  if (kind !== "api") return tool;
  const why = [reason, status].filter((part) => part !== undefined && part !== "unknown");
  return why.length === 0 ? "API, unknown cause" : ["API", ...why].join(" ");
}

function groupOf(name: string, same: readonly SessionFailure[], calls: number | undefined): FailureGroup {
  const newestFirst = [...same].sort((a, b) => b.atMs - a.atMs);
  const ids = [...new Set(newestFirst.map(({ sessionId }) => sessionId))];
  const failed = same.filter(({ kind }) => kind !== "denied");
  const told = failed.length > 0 ? failed : same;
  const error = mostFrequent(told.flatMap(({ error: said, reason }) => said ?? reason ?? []));
  return {
    name,
    failures: same.length,
    failed: failed.length,
    denied: same.length - failed.length,
    sessions: ids.length,
    sessionIds: ids.slice(0, MAX_SESSIONS),
    worked: same.filter(({ worked }) => worked === true).length,
    neverWorked: same.filter(({ worked }) => worked === false).length,
    notTriedAgain: same.filter(({ worked }) => worked === undefined).length,
    ...(calls === undefined ? {} : { calls }),
    lastMs: newestFirst[0]?.atMs ?? 0,
    ...(error === undefined ? {} : { error }),
  };
}

/** The most frequent text. Texts that differ only in numbers count as the same. */
function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, { text: string; count: number }>();
  for (const text of texts) {
    const key = text.replace(/\d+/g, "0");
    const known = counts.get(key) ?? { text, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.text;
}
