/** Width of a text in terminal columns: two for a Chinese character or an emoji, none for a combining mark. */
export function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  // Loaded only if needed: loading its emoji tables takes half as long as the start of Node.
  measure ??= (require("string-width") as typeof import("string-width")).default;
  return measure(text);
}

let measure: ((text: string) => number) | undefined;

/** Latin letters, dashes, quotes and box-drawing lines, each one column wide. */
const NARROW = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u203b\u2500-\u259f]*$/;

/** The text, or its beginning with a `…` after it, so that it fits into `room` columns. */
export function shorten(text: string, room: number): string {
  if (width(text) <= room) return text;
  if (NARROW.test(text)) return `${text.slice(0, Math.max(1, room - 1))}…`;
  let kept = "";
  // Segments are what a reader sees as one character, so the cut never falls inside one.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (width(kept + segment) > Math.max(1, room - 1)) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text, padded with spaces at the end to so many columns. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}
