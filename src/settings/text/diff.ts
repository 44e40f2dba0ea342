/** Makes a unified diff of a settings file for display: three lines of context, secrets masked. */

import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff";
import { maskSettings } from "./mask.ts";

/**
 * Returns the changes from one text to another in the form of `diff -u`, or an empty string if nothing changes.
 * `before` is the current text, null without a file. `after` is the new text, null if the file is removed. `path` is
 * the name to show.
 */
export function diffSettings(before: string | null, after: string | null, path: string): string {
  if (before === after) return "";
  const names = [before === null ? "/dev/null" : path, after === null ? "/dev/null" : path] as const;
  const patch = structuredPatch(...names, before ?? "", after ?? "", undefined, undefined, { context: 3 });
  const hunks = patch.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(shown) }));
  // Write the names unescaped: the library writes `\303\274` for an umlaut.
  return `--- ${names[0]}\n+++ ${names[1]}\n${formatPatch({ ...patch, hunks }, OMIT_HEADERS)}`;
}

/** Masks a line of a hunk. Its first character says what happens to the line; its line end is not shown. */
function shown(line: string): string {
  return line.startsWith("\\")
    ? line
    : `${line.slice(0, 1)}${maskSettings(line.slice(1).replace(/\r$/, ""))}`;
}
