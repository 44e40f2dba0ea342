/** Width of a text in terminal columns: two for a Chinese character or an emoji, none for a combining mark. */
export function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  if (SIMPLE.test(text)) return text.length + (text.match(WIDE)?.length ?? 0);
  // Loaded only if needed: loading its emoji tables takes half as long as the start of Node.
  measure ??= (require("string-width") as typeof import("string-width")).default;
  return measure(text);
}

let measure: ((text: string) => number) | undefined;

/** Latin letters, dashes, quotes and box-drawing lines, each one column wide. */
const NARROW_ONES = String.raw`\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u203b\u2500-\u259f`;
const NARROW = new RegExp(`^[${NARROW_ONES}]*$`);

/**
 * Ideographs, kana and Hangul syllables with their punctuation, and some signs, each two columns wide. None of these
 * joins with a character before or behind it, so texts of these and of the narrow ones need no segments.
 */
const WIDE_ONES = String.raw`\u2705\u2728\u274c\u3001\u3002\u3008-\u3011\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e`;
const WIDE = new RegExp(`[${WIDE_ONES}]`, "g");

/**
 * Emoji without skin tones and flags. Each is two columns wide, and two units of the text. What joins them with others
 * (a joiner, a variation selector, a skin tone) is not among these.
 */
const EMOJI = String.raw`\u{1f300}-\u{1f320}\u{1f32d}-\u{1f335}\u{1f337}-\u{1f37c}\u{1f37e}-\u{1f393}\u{1f3a0}-\u{1f3ca}\u{1f3e0}-\u{1f3f0}\u{1f400}-\u{1f43e}\u{1f442}-\u{1f4fc}\u{1f600}-\u{1f64f}\u{1f680}-\u{1f6c5}\u{1f90c}-\u{1f93a}\u{1f947}-\u{1f9ff}`;
const SIMPLE = new RegExp(`^[${NARROW_ONES}${WIDE_ONES}${EMOJI}]*$`, "u");

/** The text, or its beginning with a `…` after it, so that it fits into `room` columns. */
export function shorten(text: string, room: number): string {
  if (width(text) <= room) return text;
  if (NARROW.test(text)) return `${text.slice(0, Math.max(1, room - 1))}…`;
  if (SIMPLE.test(text)) return `${firstColumns(text, Math.max(1, room - 1))}…`;
  let kept = "";
  // Segments are what a reader sees as one character, so the cut never falls inside one.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (width(kept + segment) > Math.max(1, room - 1)) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** As many characters of a simple text as fit into so many columns. */
function firstColumns(text: string, columns: number): string {
  let end = 0;
  let used = 0;
  for (const one of text) {
    used += width(one);
    if (used > columns) break;
    end += one.length;
  }
  return text.slice(0, end);
}

/** The text, padded with spaces at the end to so many columns. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}
