import { chunks, withFile } from "../files/file-position.ts";

/**
 * Finds lines of a file that hold words, fast: looks at raw pieces of the file with one search for the word that is met
 * least, and takes only the lines around its hits apart. The case of ASCII letters is ignored.
 */
export interface Needles {
  /** The word that is looked for in raw bytes. */
  first: RegExp;
  /** All words, in lower case. */
  words: readonly string[];
}

/** `words` in lower case, at least one. */
export function needlesOf(words: readonly string[]): Needles {
  // The longest word is met least.
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a), "");
  // In JSON a quote, a backslash and a line break are written otherwise: such a word is found by its longest plain part.
  const plain = longest.split(/["\\\n\r\t]/).reduce((a, b) => (b.length > a.length ? b : a), "");
  return { first: new RegExp(latin(plain).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"), words };
}

/** A longer line is not looked at. */
const MAX_LINE_BYTES = 16 << 20;
const LINE_FEED = "\n";

/** The lines of a file that may hold all words; the reader must look again at what they say. */
export function linesWith(path: string, { first, words }: Needles): string[] {
  const found: string[] = [];
  withFile(path, (fd) => {
    let rest = "";
    for (const chunk of chunks(fd, 0)) {
      const text = rest + chunk.toString("latin1");
      const end = text.lastIndexOf(LINE_FEED) + 1;
      collect(text.slice(0, end), first, words, found);
      rest = text.slice(end);
      if (rest.length > MAX_LINE_BYTES) rest = "";
    }
    collect(rest, first, words, found);
  });
  return found;
}

function collect(text: string, first: RegExp, words: readonly string[], found: string[]): void {
  first.lastIndex = 0;
  for (let hit = first.exec(text); hit !== null; hit = first.exec(text)) {
    const from = text.lastIndexOf(LINE_FEED, hit.index) + 1;
    const feed = text.indexOf(LINE_FEED, hit.index);
    const to = feed === -1 ? text.length : feed;
    const line = Buffer.from(text.slice(from, to), "latin1").toString("utf8");
    if (holdsAll(line, words)) found.push(line);
    first.lastIndex = to + 1;
    if (hit[0] === "") return;
  }
}

/** A first look at the line as it is written; words with characters that JSON writes otherwise are let through. */
function holdsAll(line: string, words: readonly string[]): boolean {
  const lower = line.toLowerCase();
  return words.every((word) => /["\\\n\r\t]/.test(word) || lower.includes(word));
}

/** A text as its UTF-8 bytes look when each is taken for a character. */
function latin(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
