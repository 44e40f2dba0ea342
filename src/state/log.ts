import { renameSync, statSync } from "node:fs";
import { appendPrivate } from "../disk/private.ts";
import { printable } from "../printable.ts";

const MAX_BYTES = 1 << 20;

/**
 * Appends a line to a file that never grows beyond twice a megabyte: a full one becomes `<path>.1`. Never throws: where
 * the log cannot be written, nothing can be said. What goes on behind a line end is indented, so that no text of others looks
 * like a line of ours.
 */
export function appendLine(path: string, line: string, maxBytes = MAX_BYTES): void {
  try {
    if (sizeOf(path) > maxBytes) renameSync(path, `${path}.1`);
    appendPrivate(path, `${line.split("\n").map(printable).join("\n  ")}\n`);
  } catch {
    // A full disk or a read-only folder: the caller's own work says so where somebody looks.
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
