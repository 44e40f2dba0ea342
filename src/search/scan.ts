import { closeSync, readSync } from "node:fs";
import { formsOf } from "./words.ts";

/**
 * What to search a file for. To be fast, the search looks for the rarest word in raw pieces of the file, and reads only
 * the lines around its hits. Ignores case.
 */
export interface Needles {
  /** Returns the position of the next match of the rarest word in a piece of a file, at or after `from`. */
  findIn(piece: Buffer): (from: number) => number | undefined;
  /** Maximum length of a match in bytes. */
  bytes: number;
  /** Whether a line holds the other words, too. */
  mayHold(line: string): boolean;
}

/** Prepares a search. `words`: words and phrases, at least one. */
export function needlesOf(words: readonly string[]): Needles {
  // Any white space may stand between the words of a phrase.
  const pieces = words.flatMap((word) => word.trim().split(/\s+/)).map(writtenOf);
  const telling = pieces.filter((piece) => !IN_EACH_LINE.includes(piece));
  const [rarest = ""] = (telling.length > 0 ? telling : pieces).sort((a, b) => rarityOf(b) - rarityOf(a));
  const forms = formsOf(rarest);
  const pattern = new RegExp(forms.map((form) => [...form].map(bytesOf).join("")).join("|"), "gi");
  const byPattern = (piece: Buffer) => {
    const text = piece.toString("latin1");
    return (from: number) => findAt(pattern, text, from);
  };
  const others = pieces.filter((piece) => piece !== rarest).map(formsOf);
  return {
    findIn: isAscii(rarest) ? (piece) => findByLetter(piece, rarest, byPattern) : byPattern,
    bytes: Math.max(...forms.map((form) => Buffer.byteLength(form.toUpperCase()) + form.length)),
    mayHold: others.length === 0 ? () => true : (line) => holdsAll(line.toLowerCase(), others),
  };
}

/** Whether the line holds one form of each piece. */
function holdsAll(line: string, pieces: readonly string[][]): boolean {
  return pieces.every((forms) => forms.some((form) => line.includes(form)));
}

/** Names and values that are in nearly each line of a transcript. */
const IN_EACH_LINE =
  "parentuuid issidechain promptid type message role user assistant content text uuid timestamp usertype external entrypoint cwd sessionid version gitbranch";

/** Words of so many characters and more are about equally rare. */
const LONG = 8;

/** Long words are rarer. Of two as long, the one with the rarer letter is found faster. */
function rarityOf(piece: string): number {
  const letter = isAscii(piece) ? FROM_RARE.indexOf(piece.charAt(rarestIn(piece))) : FROM_RARE.length;
  return Math.min(piece.length, LONG) - letter / 100;
}

/** A word in lower case, as JSON writes it within a text. */
function writtenOf(word: string): string {
  return JSON.stringify(word.toLowerCase()).slice(1, -1);
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}

/** Characters from the rarest in transcripts to the most frequent ones. All others are rarer. */
const FROM_RARE = "zqjxkvbywpgfmhudclsr0123456789ionate -_./:";

/**
 * Searches a piece for a word in ASCII by its rarest character: looking for one byte takes a tenth of the time of a
 * pattern without regard to case. If the character turns out to be frequent, as in base64, the pattern does the rest.
 */
function findByLetter(
  piece: Buffer,
  word: string,
  byPattern: (piece: Buffer) => (from: number) => number | undefined,
): (from: number) => number | undefined {
  const at = rarestIn(word);
  const letter = word.charCodeAt(at);
  const capital = word[at]?.toUpperCase().charCodeAt(0) ?? letter;
  let looksLeft = piece.length / BYTES_A_LOOK;
  let pattern: ((from: number) => number | undefined) | undefined;
  /** The next place of each form of the letter; -1 if there is none. */
  const next = { [letter]: -2, [capital]: -2 };
  const placeOf = (form: number, from: number): number => {
    const known = next[form] ?? -1;
    if (known === -1 || known >= from) return known;
    looksLeft--;
    const place = piece.indexOf(form, from);
    next[form] = place;
    return place;
  };
  return (from) => {
    for (let look = from + at; looksLeft > 0; ) {
      const [small, large] = [placeOf(letter, look), placeOf(capital, look)];
      const place = small === -1 ? large : large === -1 ? small : Math.min(small, large);
      if (place === -1) return undefined;
      if (isWordAt(piece, place - at, word)) return place - at;
      look = place + 1;
    }
    pattern ??= byPattern(piece);
    return pattern(from);
  };
}

/** A look costs about as much as the pattern takes for this many bytes. */
const BYTES_A_LOOK = 256;

function rarestIn(word: string): number {
  let rarest = 0;
  const rank = (index: number) => FROM_RARE.indexOf(word[index] as string);
  for (let index = 1; index < word.length; index++) if (rank(index) < rank(rarest)) rarest = index;
  return rarest;
}

/** Whether the word, which is in lower case, is at this place in any case. */
function isWordAt(piece: Buffer, start: number, word: string): boolean {
  if (start < 0 || start + word.length > piece.length) return false;
  for (let index = 0; index < word.length; index++) {
    const byte = piece[start + index] as number;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (lower !== word.charCodeAt(index)) return false;
  }
  return true;
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

/** Yields the lines of a file that may hold all words. The caller must check the texts in them. `open`: opens it. */
export function* linesWith(
  path: string,
  { findIn, bytes: overlap, mayHold }: Needles,
  open: (path: string) => number | undefined,
): Generator<string> {
  const fd = open(path);
  if (fd === undefined) return;
  try {
    const buffer = Buffer.allocUnsafe(PIECE_BYTES + overlap);
    for (let at = 0; ; ) {
      const piece = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, at));
      const next = findIn(piece);
      // Where the search continues in the piece. A line may end beyond the piece.
      let from = 0;
      for (let hit = next(from); hit !== undefined; hit = next(from)) {
        const { line, end } = lineIn(piece, hit, at) ?? lineAround(fd, at + hit);
        from = end - at;
        if (line !== undefined && mayHold(line)) yield line;
      }
      if (piece.length < buffer.length) return;
      // A match may begin in the last bytes and end in the next piece.
      at += Math.max(from, piece.length - overlap);
    }
  } finally {
    closeSync(fd);
  }
}

/** Position of the next match in the text. An empty word matches everywhere, so it counts as no match. */
function findAt(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  const hit = pattern.exec(text);
  return hit === null || hit[0] === "" ? undefined : hit.index;
}

interface Line {
  /** Undefined if the line is too long. */
  line?: string;
  /** Position of the next line in the file. */
  end: number;
}

/** The line around a position of the piece, if both its ends stand in the piece. `at`: position of the piece. */
function lineIn(piece: Buffer, hit: number, at: number): Line | undefined {
  const start = piece.lastIndexOf(LINE_FEED, hit) + 1;
  const feed = piece.indexOf(LINE_FEED, hit);
  if (feed === -1 || (start === 0 && at > 0)) return undefined;
  return { line: piece.toString("utf8", start, feed), end: at + feed + 1 };
}

/** The line around a position of the file. A line that is too long is not read. */
function lineAround(fd: number, at: number): Line {
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
