import { renameSync } from "node:fs";
import { appendPrivate } from "../disk/private.ts";
import { sizeOf } from "../disk/stat.ts";
import { printable } from "../printable.ts";

const MAX_BYTES = 1 << 20;

/**
 * Appends a line to a log file. A file of more than 1 MiB is first renamed to `<path>.1`, so both take about 2 MB at
 * most. Indents the lines after the first, so that text from others cannot look like a line of ccotel's. Never
 * throws, because there is no other place to report an error.
 */
export function appendLine(path: string, line: string): void {
  try {
    if (sizeOf(path) > MAX_BYTES) renameSync(path, `${path}.1`);
    appendPrivate(path, `${line.split("\n").map(printable).join("\n  ")}\n`);
  } catch {
    // The disk is full or the folder is read-only. The caller's own work reports that.
  }
}
