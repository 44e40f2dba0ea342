import type { Stats } from "node:fs";
import { tryStat } from "../disk/stat.ts";

/**
 * A text that changes when the file does: inode, size and modification time. Undefined when the file is missing, or its
 * links form a circle.
 */
export function stampOf(path: string): string | undefined {
  const stats = tryStat(path);
  return stats === undefined ? undefined : stampIn(stats);
}

/** The same from the stats of a file. */
export function stampIn({ ino, size, mtimeMs }: Pick<Stats, "ino" | "size" | "mtimeMs">): string {
  return `${ino}:${size}:${mtimeMs}`;
}
