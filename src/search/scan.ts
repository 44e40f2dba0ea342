import { readSync } from "node:fs";
import { withFile } from "../files/file-position.ts";

/**
 * Finds lines of a file that hold words, fast: looks at raw pieces of the file with one search for the word that is met
 * least, and reads only the lines around its hits. Upper and lower case are the same.
 */
export interface Needles {
  /** The word that is looked for in raw bytes, each taken for a character. */
  first: RegExp;
  /** How many bytes it has at most. */
  bytes: number;
  /** All words, in lower case. */
  words: readonly string[];
}

/** `words` in lower case, at least one. */
export function needlesOf(words: readonly string[]): Needles {
  const longestOf = (texts: readonly string[]) => texts.reduce((a, b) => (b.length > a.length ? b : a), "");
  // The longest word is met least. In JSON a quote, a backslash and a line break are written otherwise: such a word is
  // found by its longest plain part.
  const plain = longestOf(longestOf(words).split(/["\\\n\r\t]/));
  const source = [...plain].map(bytesOf).join("");
  return {
    first: new RegExp(source, "gi"),
    bytes: Buffer.byteLength(plain.toUpperCase()) + plain.length,
    words,
  };
}

/** The bytes of a character and of its capital, which only in ASCII are told from each other by the expression's flag. */
function bytesOf(char: string): string {
  const [lower, upper] = [char, char.toUpperCase()].map((text) =>
    Buffer.from(text, "utf8")
      .toString("latin1")
      .replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  return char < "\x80" || lower === upper ? `${lower}` : `(?:${lower}|${upper})`;
}

/** A longer line is not looked at. */
const MAX_LINE_BYTES = 16 << 20;
const LINE_FEED = 0x0a;

/** Pieces of which strings are made and forgotten without a system call for their memory. */
const PIECE_BYTES = 64 << 10;

/** The lines of a file that may hold all words; the reader must look again at what they say. */
export function linesWith(path: string, { first, bytes: overlap, words }: Needles): string[] {
  const found: string[] = [];
  withFile(path, (fd) => {
    const piece = Buffer.allocUnsafe(PIECE_BYTES + overlap);
    for (let at = 0; ; ) {
      const size = readSync(fd, piece, 0, piece.length, at);
      if (size === 0) return;
      first.lastIndex = 0;
      const hit = first.exec(piece.toString("latin1", 0, size));
      // An empty word is at every place: it finds nothing.
      if (hit?.[0] === "") return;
      if (hit === null) {
        // What begins in the last bytes may end in the next piece.
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

/** The line that holds the byte, and where the next one begins. One that is too long is not read. */
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

/** Where the line feed stands, or would stand. */
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

/** A first look at the line as it is written; words with characters that JSON writes otherwise are let through. */
function holdsAll(line: string, words: readonly string[]): boolean {
  const lower = line.toLowerCase();
  return words.every((word) => /["\\\n\r\t]/.test(word) || lower.includes(word));
}
