import { type Stats, statSync } from "node:fs";

/** Changes when a file does: its number, size and time. Undefined where there is no file, or links go round in a circle. */
export function stampOf(path: string): string | undefined {
  try {
    return stampIn(statSync(path));
  } catch {
    return undefined;
  }
}

/** The same of a file that has been looked at. */
export function stampIn({ ino, size, mtimeMs }: Stats): string {
  return `${ino}:${size}:${mtimeMs}`;
}
