import { type Stats, statSync } from "node:fs";

/**
 * A text that changes when the file does: inode, size and modification time. Undefined when the file is missing, or its
 * links form a circle.
 */
export function stampOf(path: string): string | undefined {
  try {
    return stampIn(statSync(path));
  } catch {
    return undefined;
  }
}

/** The same from the stats of a file. */
export function stampIn({ ino, size, mtimeMs }: Pick<Stats, "ino" | "size" | "mtimeMs">): string {
  return `${ino}:${size}:${mtimeMs}`;
}
