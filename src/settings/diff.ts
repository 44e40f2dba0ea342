/** A unified diff of a settings file, fit to be shown: three lines of surroundings, secrets masked. */

import { formatPatch, OMIT_HEADERS, structuredPatch } from "diff";
import { maskSettings } from "./mask.ts";

/**
 * What changes from one text to another, as `diff -u` writes it; empty when nothing does.
 *
 * @param before the text now, null when there is no file
 * @param after the text to come, null when the file goes away
 * @param path the name to show
 */
export function diffSettings(before: string | null, after: string | null, path: string): string {
  if (before === after) return "";
  const names = [before === null ? "/dev/null" : path, after === null ? "/dev/null" : path] as const;
  const patch = structuredPatch(...names, before ?? "", after ?? "", undefined, undefined, { context: 3 });
  const hunks = patch.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(shown) }));
  // Names as they are: the library writes `\303\274` for an umlaut.
  return `--- ${names[0]}\n+++ ${names[1]}\n${formatPatch({ ...patch, hunks }, OMIT_HEADERS)}`;
}

/** A line of a hunk begins with what happens to it; its end is not shown. */
function shown(line: string): string {
  return line.startsWith("\\")
    ? line
    : `${line.slice(0, 1)}${maskSettings(line.slice(1).replace(/\r$/, ""))}`;
}
