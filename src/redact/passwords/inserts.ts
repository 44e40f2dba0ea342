/** Secrets in rows that SQL inserts: the column's name stands before all values. */

import { type Range, replaceRanges, WORD_START } from "../range.ts";
import { SECRET_COLUMN } from "./columns.ts";
import { isNoSecret } from "./no-secret.ts";

const GAP = String.raw`(?:\s|\\[nrt]|[+→]|\d{1,6}→){0,20}`;

const INSERT = new RegExp(
  String.raw`${WORD_START}(?:INSERT|REPLACE|UPSERT)\s[^()]{1,120}\((?<columns>[^()]{1,2000})\)${GAP}(?:OVERRIDING \w+ VALUE${GAP})?VALUES?${GAP}(?=\()`,
  "gi",
);

/** One value: a string in quotation marks, or anything else up to the comma or the end of the row. */
const VALUE =
  /(?:\s|\\[nrt]|[+→]|\d{1,6}→){0,20}(?:N|E|_utf8mb4\s?)?(?:'(?<text>(?:[^'\\]|\\.|''){0,2000})'|(?<other>[^,()']{0,200}(?:\([^()]{0,200}\))?[^,()']{0,200}))(?<end>[,)])/y;

const NEXT_ROW = new RegExp(`${GAP},${GAP}\\(`, "y");

/** Masks strings that are inserted into columns with secrets. */
export function removeInserted(text: string): string {
  if (!/VALUE/i.test(text)) return text;
  const ranges: Range[] = [];
  for (const found of text.matchAll(INSERT)) {
    const names = (found.groups?.columns ?? "")
      .split(",")
      .map((name) => name.replaceAll(/[\s"'\\\x60[\]]/g, ""));
    if (names.some((name) => SECRET_COLUMN.test(name)))
      ranges.push(...inRows(text, found.index + found[0].length, names));
  }
  return replaceRanges(text, ranges);
}

/** `start`: the place of the first row's bracket. */
function inRows(text: string, start: number, names: readonly string[]): Range[] {
  const ranges: Range[] = [];
  let at = start + 1;
  for (let index = 0; ; index++) {
    VALUE.lastIndex = at;
    const groups = VALUE.exec(text)?.groups;
    if (groups === undefined) return ranges;
    const { text: value, end } = groups;
    const name = names[index] ?? "";
    if (
      value !== undefined &&
      value.length > 1 &&
      SECRET_COLUMN.test(name) &&
      !isNoSecret(value, `${name}=`)
    ) {
      const from = VALUE.lastIndex - 2 - value.length;
      ranges.push({ start: from, end: from + value.length, kind: "password" });
    }
    at = VALUE.lastIndex;
    if (end === ",") continue;
    NEXT_ROW.lastIndex = at;
    if (!NEXT_ROW.test(text)) return ranges;
    at = NEXT_ROW.lastIndex;
    index = -1;
  }
}
