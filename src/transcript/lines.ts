import { createShrinker } from "./shrink.ts";
import { isSkippable } from "./skip.ts";
import { createSlimmer } from "./slim.ts";

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

/**
 * How much of each string is kept where content is wanted: more than any attribute may hold, so that masking secrets
 * sees whole ones.
 */
export const MAX_STRING_BYTES = 4096;

/** How much is kept where it is not: enough for ids, names and the beginnings that tell the client's own texts. */
export const MIN_STRING_BYTES = 1024;

/** Lines up to so many bytes are parsed as they are. */
const smallLine = (maxStringBytes: number) =>
  maxStringBytes < MAX_STRING_BYTES ? maxStringBytes * 1.5 : 8192;

/**
 * Cuts a file into lines in bounded memory. Half a last line waits: it is given when its line feed arrives.
 * `offset`: where in the file the first pushed byte stands. `maxStringBytes`: how much of a long string is kept.
 */
export function createLineReader(offset = 0, maxStringBytes = MAX_STRING_BYTES): LineReader {
  const shrinker = createShrinker(maxStringBytes);
  const slim = createSlimmer(maxStringBytes);
  const smallBytes = smallLine(maxStringBytes);
  let lineStart = offset;
  let position = offset;
  // What becomes of a line whose end has not arrived: there is none, its bytes wait, it is too long to wait and shrinks as
  // it comes, or nobody needs it.
  let pending: "none" | "waiting" | "shrinking" | "skipped" = "none";
  const waiting = createWaitingBytes();

  function addToPending(bytes: Buffer): void {
    if (pending === "none") pending = isSkippable(bytes, 0, bytes.length) ? "skipped" : "waiting";
    if (pending === "waiting" && !waiting.add(bytes)) {
      pending = "shrinking";
      shrinker.push(waiting.take());
    }
    if (pending === "shrinking") shrinker.push(bytes);
  }

  function endOfPending(bytes: Buffer): Pick<Line, "text" | "oversized"> {
    addToPending(bytes);
    const was = pending;
    pending = "none";
    if (was === "skipped") return { text: undefined };
    if (was === "waiting") {
      const line = waiting.take();
      return { text: textOf(line, 0, line.length) };
    }
    const text = shrinker.finish();
    return text === undefined ? { text, oversized: true } : { text };
  }

  function textOf(bytes: Buffer, from: number, to: number): string | undefined {
    if (isSkippable(bytes, from, to)) return undefined;
    return to - from <= smallBytes ? bytes.toString("utf8", from, to) : slim(bytes, from, to);
  }

  return {
    *push(bytes) {
      let from = 0;
      for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, from)) {
        const to = feed > from && bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
        const start = lineStart;
        const end = position + feed + 1;
        lineStart = end;
        const first = from;
        from = feed + 1;
        if (pending !== "none") yield { start, end, ...endOfPending(bytes.subarray(first, to)) };
        else if (to > first) yield { start, end, text: textOf(bytes, first, to) };
      }
      // A lone carriage return may be all of an empty line; at the start of another it is only white space.
      const rest = bytes.length - from;
      const isReturn = pending === "none" && rest === 1 && bytes[from] === CARRIAGE_RETURN;
      if (rest > 0 && !isReturn) addToPending(bytes.subarray(from));
      position += bytes.length;
    },
  };
}

/** So long a line waits for its end: as a whole it is read several times as fast as in pieces. */
const MAX_WAITING_BYTES = 1 << 18;

/** The bytes of one line that have come so far. */
function createWaitingBytes() {
  let kept = Buffer.alloc(0);
  let length = 0;
  return {
    /** False, and nothing is added, where they would be too many. */
    add(bytes: Buffer): boolean {
      const needed = length + bytes.length;
      if (needed > MAX_WAITING_BYTES) return false;
      if (needed > kept.length) {
        const larger = Buffer.allocUnsafe(Math.min(MAX_WAITING_BYTES, Math.max(needed, 2 * kept.length)));
        kept.copy(larger, 0, 0, length);
        kept = larger;
      }
      length += bytes.copy(kept, length);
      return true;
    },
    /** All of them, until the next are added. */
    take(): Buffer {
      const line = kept.subarray(0, length);
      length = 0;
      return line;
    },
  };
}
