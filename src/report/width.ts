/** Columns that a text takes in a terminal: two for a Chinese character or an emoji, none for a combining mark. */
export function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  // Loaded when it is first needed: its tables of emoji take half as long as the start of Node.
  measure ??= (require("string-width") as typeof import("string-width")).default;
  return measure(text);
}

let measure: ((text: string) => number) | undefined;

/** Latin letters, dashes, quotes and the lines of tables: a column each. */
const NARROW = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u203b\u2500-\u259f]*$/;

/** The text, or as much of it as fits into so many columns with a `…` behind it. */
export function shorten(text: string, room: number): string {
  if (width(text) <= room) return text;
  let kept = "";
  // Cuts never fall inside what a reader sees as one character.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (width(kept + segment) > Math.max(1, room - 1)) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text with spaces behind it, so many columns in all. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}
