import stringWidth from "string-width";

/** Columns that a text takes in a terminal: two for a Chinese character or an emoji, none for a combining mark. */
export function width(text: string): number {
  return stringWidth(text);
}

/** The text, or as much of it as fits into so many columns with a `…` behind it. */
export function shorten(text: string, room: number): string {
  if (width(text) <= room) return text;
  let kept = "";
  for (const { segment } of SEGMENTS.segment(text)) {
    if (width(kept + segment) > Math.max(1, room - 1)) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text with spaces behind it, so many columns in all. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** Cuts never fall inside what a reader sees as one character. */
const SEGMENTS = new Intl.Segmenter();
