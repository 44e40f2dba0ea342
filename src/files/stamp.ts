import { statSync } from "node:fs";

/** Changes when a file does: its number, size and time. Undefined where there is no file, or links go round in a circle. */
export function stampOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
}
