/** A unified diff of a settings file, fit to be shown: three lines of surroundings, secrets masked. */

import { maskSettings } from "./mask.ts";

const CONTEXT = 3;

interface Line {
  readonly kind: " " | "-" | "+";
  readonly text: string;
}

/**
 * What changes from one text to another, as `diff -u` writes it; empty when nothing does.
 *
 * @param before the text now, null when there is no file
 * @param after the text to come, null when the file goes away
 * @param path the name to show
 */
export function diffSettings(before: string | null, after: string | null, path: string): string {
  if (before === after) return "";
  const lines = compare(linesOf(before), linesOf(after));
  const header = [
    `--- ${before === null ? "/dev/null" : path}`,
    `+++ ${after === null ? "/dev/null" : path}`,
  ];
  return `${[...header, ...hunks(lines)].join("\n")}\n`;
}

// A line keeps its end until it is shown, so that a changed line end is a change.
function linesOf(text: string | null): string[] {
  return text === null || text === "" ? [] : (text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []);
}

/**
 * The shortest edit from one list of lines to another. What both begin and end with is set aside, so the table
 * stays small.
 */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  let start = 0;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++;
  let end = 0;
  const rest = Math.min(before.length, after.length) - start;
  while (end < rest && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const same = (texts: readonly string[]) => texts.map((text): Line => ({ kind: " ", text }));
  return [
    ...same(before.slice(0, start)),
    ...compareMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function compareMiddle(before: readonly string[], after: readonly string[]): Line[] {
  const all: Line[] = [
    ...before.map((text): Line => ({ kind: "-", text })),
    ...after.map((text): Line => ({ kind: "+", text })),
  ];
  // Beyond this the table costs more than a finer diff is worth; configure never gets there by its own changes.
  if (before.length * after.length > 4_000_000) return all;
  const common = before.map(() => new Uint32Array(after.length + 1));
  common.push(new Uint32Array(after.length + 1));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = common[i] as Uint32Array;
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [left, right] = [before[i], after[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: " ", text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "-", text: left });
      i++;
    } else if (right !== undefined) {
      lines.push({ kind: "+", text: right });
      j++;
    }
  }
  return lines;
}

function hunks(lines: readonly Line[]): string[] {
  const output: string[] = [];
  const near = (index: number) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== " ");
  let [oldLine, newLine] = [1, 1];
  for (let index = 0; index < lines.length; ) {
    const from = index;
    while (index < lines.length && near(index)) index++;
    const hunk = lines.slice(from, index);
    if (hunk.length > 0) {
      const olds = hunk.filter(({ kind }) => kind !== "+").length;
      const news = hunk.filter(({ kind }) => kind !== "-").length;
      output.push(`@@ -${range(oldLine, olds)} +${range(newLine, news)} @@`, ...hunk.flatMap(show));
      oldLine += olds;
      newLine += news;
    }
    for (; index < lines.length && !near(index); index++) {
      oldLine++;
      newLine++;
    }
  }
  return output;
}

// As `diff` does: a hunk without lines on one side names the line before it.
function range(start: number, count: number): string {
  const first = count === 0 ? start - 1 : start;
  return count === 1 ? `${first}` : `${first},${count}`;
}

function show({ kind, text }: Line): string[] {
  const shown = `${kind}${maskSettings(text.replace(/[\r\n]+$/, ""))}`;
  return /[\r\n]$/.test(text) ? [shown] : [shown, "\\ No newline at end of file"];
}
