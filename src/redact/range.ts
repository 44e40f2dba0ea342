/** A part of a text to mask: from `start` to before `end`, and what it is. */
export interface Range {
  start: number;
  end: number;
  kind: string;
}

/** Returns the marker that replaces a secret. */
export function secretMarker(kind: string): string {
  return `[secret: ${kind}]`;
}

/** A pattern's source: a word may begin here, also after an escaped line end, as in JSON. */
export const WORD_START = String.raw`(?<!(?<!\\)[\w-])`;

/** Replaces each range by a marker. Overlapping ranges become one, with the kind of the first. */
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
