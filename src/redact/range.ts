/** A piece of a text that must not stay: from `start` up to `end`, and what it is. */
export interface Range {
  start: number;
  end: number;
  kind: string;
}

/** What stands in the place of a secret. */
export function secretMarker(kind: string): string {
  return `[secret: ${kind}]`;
}

/** Source of a pattern: a word may begin here, also behind an end of a line that is escaped, as in JSON. */
export const WORD_START = String.raw`(?<!(?<!\\)[\w-])`;

/** The text with a marker in the place of each range; ranges that touch become one, called like the first. */
export function replaceRanges(text: string, ranges: Range[]): string {
  if (ranges.length === 0) return text;
  const sorted = [...ranges].sort((a, b) => a.start - b.start || b.end - a.end);
  let out = "";
  let at = 0;
  for (const { start, end, kind } of sorted) {
    if (end <= at) continue;
    if (start >= at) out += text.slice(at, start) + secretMarker(kind);
    at = end;
  }
  return out + text.slice(at);
}
