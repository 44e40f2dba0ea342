import { cleanCut, contentLines, isContent, isInCreated } from "./shrink.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;

/** Most strings end within this many bytes. To look at each of them is faster than to search for the closing quote. */
const NEAR_BYTES = 48;

/**
 * Returns a function that gives the JSON text of one line with every string cut to `maxString` bytes, as escaped in the
 * file. The result is that of a shrinker (`shrink.ts`), several times as fast, for a line that is in memory as a whole.
 * Most bytes of a transcript are the output of tools, and only its beginning is read. Such strings are searched for
 * their closing quote, but neither decoded nor parsed.
 *
 * Keys, numbers and the structure are copied unchanged. So the text is valid JSON if the line is, with the same keys in
 * the same order. `encoding`: "latin1" is faster and fits where only ASCII is read.
 */
export function createSlimmer(
  maxString: number,
  encoding: "utf8" | "latin1" = "utf8",
): (bytes: Buffer, from: number, to: number) => string {
  let out = Buffer.allocUnsafe(16 << 10);

  function room(bytes: number): void {
    if (bytes <= out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes, out.length * 2));
    out.copy(larger);
    out = larger;
  }

  return (bytes, from, to) => {
    let length = 0;
    // Everything before this offset has been copied or left out.
    let done = from;
    let at = from;
    while (at < to) {
      if (bytes[at++] !== QUOTE) continue;
      const start = at;
      const end = endOfString(bytes, start, to);
      at = end + 1;
      if (end - start <= maxString) continue;
      const kept = start + maxString - done;
      room(length + kept);
      bytes.copy(out, length, done, start + maxString);
      length += kept;
      length = cleanCut(out, length - maxString, length);
      done = end;
      if (end === to || !isContent(bytes, start) || !isInCreated(bytes.subarray(from, start))) continue;
      const lines = linesIn(bytes, start, end);
      const note = Buffer.from(`"${contentLines(lines)}`);
      room(length + note.length);
      length += note.copy(out, length);
      done = end + 1;
    }
    if (done === from) return bytes.toString(encoding, from, to);
    room(length + to - done);
    bytes.copy(out, length, done, to);
    const text = out.toString(encoding, 0, length + to - done);
    if (out.length > 1 << 20) out = Buffer.allocUnsafe(16 << 10);
    return text;
  };
}

function linesIn(bytes: Buffer, start: number, end: number): number {
  let lines = 1;
  for (let at = bytes.indexOf(BACKSLASH, start); at !== -1 && at < end; at = bytes.indexOf(BACKSLASH, at + 2))
    if (bytes[at + 1] === LETTER_N) lines++;
  return lines;
}

/** The offset of the quote that closes the string, or `to`. */
function endOfString(bytes: Buffer, start: number, to: number): number {
  const near = Math.min(to, start + NEAR_BYTES);
  let at = start;
  while (at < near) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  // No escape is open here, so every backslash from here on can be counted.
  const far = at;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at);
    if (quote === -1 || quote >= to) return to;
    let before = quote - 1;
    while (before >= far && bytes[before] === BACKSLASH) before--;
    if ((quote - before) % 2 === 1) return quote;
    at = quote + 1;
  }
}
