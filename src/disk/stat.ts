import { realpathSync, type Stats, statSync } from "node:fs";

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

/** Size of a file in bytes. 0 if it is missing. */
export function sizeOf(path: string): number {
  return tryStat(path)?.size ?? 0;
}

/** When a file was last written, in epoch ms. 0 if it is missing. */
export function mtimeOf(path: string): number {
  return tryStat(path)?.mtimeMs ?? 0;
}

/** The path after all links are resolved. Undefined if it leads nowhere. */
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
