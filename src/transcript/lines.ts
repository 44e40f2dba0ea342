import { createShrinker } from "./shrink.ts";
import { isSkippable } from "./skip.ts";

/** One whole line of a transcript. Offsets are bytes in the file; `end` is behind the line feed. */
export interface Line {
  start: number;
  end: number;
  /** JSON text with long strings cut; undefined: nobody needs the record (or see `oversized`). */
  text: string | undefined;
  /** The line was too large even without its long strings. */
  oversized?: true;
}

export interface LineReader {
  /** Takes the next bytes of the file and gives each line that they complete, in order. */
  push(bytes: Buffer): Generator<Line>;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Shorter lines are parsed as they are: looking for strings to cut would cost more than it saves. */
const SMALL_LINE_BYTES = 8192;

/**
 * How much of each string is kept where content is wanted: more than any attribute may hold, so that masking secrets
 * sees whole ones.
 */
export const MAX_STRING_BYTES = 4096;

/** How much is kept where it is not: enough for ids, names and the beginnings that tell the client's own texts. */
export const MIN_STRING_BYTES = 1024;

/**
 * Cuts a file into lines in bounded memory. Half a last line waits: it is given when its line feed arrives.
 * `offset`: where in the file the first pushed byte stands. `maxStringBytes`: how much of a long string is kept.
 */
export function createLineReader(offset = 0, maxStringBytes = MAX_STRING_BYTES): LineReader {
  const shrinker = createShrinker(maxStringBytes);
  let lineStart = offset;
  let position = offset;
  // What is known of a line whose end has not arrived: nothing yet, or whether anybody needs it.
  let pending: "none" | "needed" | "skipped" = "none";

  function shrunken(line: Buffer): { text: string | undefined; oversized?: true } {
    shrinker.push(line);
    const text = shrinker.finish();
    return text === undefined ? { text, oversized: true } : { text };
  }

  function wholeLine(line: Buffer): { text: string | undefined; oversized?: true } {
    if (isSkippable(line)) return { text: undefined };
    return line.length <= SMALL_LINE_BYTES ? { text: line.toString("utf8") } : shrunken(line);
  }

  return {
    *push(bytes) {
      let from = 0;
      for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, from)) {
        const piece = withoutReturn(bytes.subarray(from, feed));
        const start = lineStart;
        const end = position + feed + 1;
        const isEmpty = pending === "none" && piece.length === 0;
        const content =
          pending === "none"
            ? wholeLine(piece)
            : pending === "needed"
              ? shrunken(piece)
              : { text: undefined };
        pending = "none";
        lineStart = end;
        from = feed + 1;
        if (!isEmpty) yield { start, end, ...content };
      }
      const rest = bytes.subarray(from);
      // A lone carriage return may be all of an empty line; at the start of another it is only white space.
      const isReturn = pending === "none" && rest.length === 1 && rest[0] === CARRIAGE_RETURN;
      if (rest.length > 0 && !isReturn) {
        if (pending === "none") pending = isSkippable(rest) ? "skipped" : "needed";
        if (pending === "needed") shrinker.push(rest);
      }
      position += bytes.length;
    },
  };
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
