import { readSync } from "node:fs";
import { withFile } from "../files/file-position.ts";

/**
 * What to search a file for. To be fast, the search looks for the rarest word in raw pieces of the file, and reads only
 * the lines around its hits. Ignores case.
 */
export interface Needles {
  /** Matches the rarest word in raw bytes, where each byte is one character (latin1). */
  first: RegExp;
  /** Maximum length of a match in bytes. */
  bytes: number;
  /** All words, in lower case. */
  words: readonly string[];
}

/** Prepares a search. `words`: in lower case, at least one. */
export function needlesOf(words: readonly string[]): Needles {
  const longestOf = (texts: readonly string[]) => texts.reduce((a, b) => (b.length > a.length ? b : a), "");
  // The longest word is taken as the rarest. JSON escapes quotes, backslashes and line breaks, so the search uses the
  // word's longest part without them.
  const plain = longestOf(longestOf(words).split(/["\\\n\r\t]/));
  const source = [...plain].map(bytesOf).join("");
  return {
    first: new RegExp(source, "gi"),
    bytes: Buffer.byteLength(plain.toUpperCase()) + plain.length,
    words,
  };
}

/** A pattern for the bytes of a character and its capital. The `i` flag covers only ASCII, since it sees bytes. */
function bytesOf(char: string): string {
  const [lower, upper] = [char, char.toUpperCase()].map((text) =>
    Buffer.from(text, "utf8")
      .toString("latin1")
      .replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  return char < "\x80" || lower === upper ? `${lower}` : `(?:${lower}|${upper})`;
}

/** Longer lines are skipped. */
const MAX_LINE_BYTES = 16 << 20;
const LINE_FEED = 0x0a;

/** Small enough that a string of a piece needs no system call for its memory. */
const PIECE_BYTES = 64 << 10;

/** The lines of a file that may hold all words. The caller must check the texts in them. */
export function linesWith(path: string, { first, bytes: overlap, words }: Needles): string[] {
  const found: string[] = [];
  withFile(path, (fd) => {
    const piece = Buffer.allocUnsafe(PIECE_BYTES + overlap);
    for (let at = 0; ; ) {
      const size = readSync(fd, piece, 0, piece.length, at);
      if (size === 0) return;
      first.lastIndex = 0;
      const hit = first.exec(piece.toString("latin1", 0, size));
      // An empty word matches everywhere, so it counts as no match.
      if (hit?.[0] === "") return;
      if (hit === null) {
        // A match may begin in the last bytes and end in the next piece.
        at += Math.max(1, size - overlap);
        if (size < piece.length) return;
        continue;
      }
      const { line, end } = lineAround(fd, at + hit.index);
      if (line !== undefined && holdsAll(line, words)) found.push(line);
      at = end;
    }
  });
  return found;
}

/** The line that holds the byte, and the position of the next line. A line that is too long is not read. */
function lineAround(fd: number, at: number): { line?: string; end: number } {
  const from = startOfLine(fd, at);
  const feed = endOfLine(fd, at);
  if (from === undefined || feed - from > MAX_LINE_BYTES) return { end: feed + 1 };
  const line = Buffer.allocUnsafe(feed - from);
  const size = readSync(fd, line, 0, line.length, from);
  return { line: line.toString("utf8", 0, size), end: feed + 1 };
}

function startOfLine(fd: number, at: number): number | undefined {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let to = at; to > 0; ) {
    const from = Math.max(0, to - PIECE_BYTES);
    readSync(fd, piece, 0, to - from, from);
    const feed = piece.subarray(0, to - from).lastIndexOf(LINE_FEED);
    if (feed !== -1) return from + feed + 1;
    if (at - from > MAX_LINE_BYTES) return undefined;
    to = from;
  }
  return 0;
}

/** Position of the next line feed, or of the end of the file. */
function endOfLine(fd: number, at: number): number {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let from = at; ; ) {
    const size = readSync(fd, piece, 0, PIECE_BYTES, from);
    const feed = piece.subarray(0, size).indexOf(LINE_FEED);
    if (feed !== -1) return from + feed;
    from += size;
    if (size === 0) return from;
  }
}

/** Whether the raw line holds all words. Words with characters that JSON escapes are not checked. */
function holdsAll(line: string, words: readonly string[]): boolean {
  const lower = line.toLowerCase();
  return words.every((word) => /["\\\n\r\t]/.test(word) || lower.includes(word));
}
