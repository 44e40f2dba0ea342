import type { Retry } from "../model.ts";
import type { Attempt } from "./thread.ts";

/**
 * The failed attempts of a request. Only `claude -p` records why one failed, and only those of the main conversation. In
 * the terminal and in subagents, the next attempt is the only sign of it.
 *
 * `attempts`: all of the request, if the client records them. `recorded`: the failures that it records.
 */
export function failedAttempts(attempts: readonly Attempt[], recorded: readonly Retry[]): Retry[] {
  const missing = attempts.length - 1 - recorded.length;
  if (missing <= 0) return [...recorded];
  let known = 0;
  const unrecorded = attempts.slice(1).filter(({ atMs }) => {
    const failure = recorded[known];
    if (failure === undefined || failure.atMs > atMs) return true;
    known++;
    return false;
  });
  const added = unrecorded.slice(0, missing).map(({ atMs }): Retry => ({ atMs }));
  return [...recorded, ...added].sort((a, b) => a.atMs - b.atMs);
}
