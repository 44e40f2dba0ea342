import { type Stats, statSync } from "node:fs";

/**
 * Stats of a file, or of what a link leads to. Undefined if it is missing or cannot be looked at, as in a loop of
 * links.
 */
export function tryStat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
