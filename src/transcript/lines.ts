import { createShrinker } from "./shrink.ts";
import { isSkippable } from "./skip.ts";
import { createSlimmer } from "./slim.ts";

/** One whole line of a transcript. Offsets are bytes in the file; `end` is the offset after the line feed. */
export interface Line {
  start: number;
  end: number;
  /** JSON text with long strings cut. Undefined when the record is not needed (`skip.ts`), or see `oversized`. */
  text: string | undefined;
  /** The line is too large even without its long strings. */
  oversized?: true;
}

export interface LineReader {
  /** Takes the next bytes of the file and yields each line that they complete, in order. */
  push(bytes: Buffer): Generator<Line>;
}

/**
 * Where a record begins directly behind another one. Within a text, the quote would have a backslash before it. Behind
 * a text that ends in `}{`, what is read on is no JSON and therefore no record.
 */
const GLUED = Buffer.from('}{"');

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * How much of each string is kept where content is wanted. This is more than any attribute may hold, so that the
 * masking of secrets sees whole secrets.
 */
export const MAX_STRING_BYTES = 4096;

/**
 * How much is kept where content is not wanted: enough for ids, names and the beginnings by which the client's own
 * texts are recognized.
 */
export const MIN_STRING_BYTES = 512;

/** Lines up to this size, in bytes, are parsed without cutting: to look for their strings takes longer. */
const smallLine = (maxStringBytes: number) => (maxStringBytes < MAX_STRING_BYTES ? 1536 : 8192);

/**
 * Splits a file into lines in bounded memory. An incomplete last line waits until its line feed arrives.
 *
 * `offset`: the position in the file of the first pushed byte. `maxStringBytes`: how much of a long string is kept.
 */
export function createLineReader(offset = 0, maxStringBytes = MAX_STRING_BYTES): LineReader {
  const shrinker = createShrinker(maxStringBytes);
  const slim = createSlimmer(maxStringBytes);
  const smallBytes = smallLine(maxStringBytes);
  let lineStart = offset;
  let position = offset;
  // The state of a line whose end has not arrived. "none": there is no such line. "waiting": its bytes are buffered.
  // "shrinking": it is too long to buffer and is shrunk as it arrives. "skipped": its record is not needed.
  let pending: "none" | "waiting" | "shrinking" | "skipped" = "none";
  const waiting = createWaitingBytes();
  /** The end of the bytes of a skipped line so far. */
  let skippedEnd = Buffer.alloc(0);

  /** What a skipped line has behind its record: another one, when the line feed between them is missing. */
  function behindSkipped(bytes: Buffer): Buffer {
    const seam = Buffer.concat([skippedEnd, bytes.subarray(0, GLUED.length - 1)]);
    const inSeam = seam.indexOf(GLUED);
    if (inSeam !== -1) return Buffer.concat([skippedEnd.subarray(inSeam + 1), bytes]);
    const at = bytes.indexOf(GLUED);
    if (at !== -1) return bytes.subarray(at + 1);
    skippedEnd = Buffer.concat([skippedEnd, bytes.subarray(-(GLUED.length - 1))]).subarray(
      -(GLUED.length - 1),
    );
    return Buffer.alloc(0);
  }

  function addToPending(added: Buffer): void {
    let bytes = added;
    if (pending === "none") {
      pending = isSkippable(bytes, 0, bytes.length) ? "skipped" : "waiting";
      skippedEnd = Buffer.alloc(0);
    }
    if (pending === "skipped") {
      bytes = behindSkipped(bytes);
      if (bytes.length > 0) pending = "waiting";
    }
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

  function textOf(bytes: Buffer, start: number, to: number): string | undefined {
    let from = start;
    while (isSkippable(bytes, from, to)) {
      const at = bytes.subarray(from, to).indexOf(GLUED);
      if (at === -1) return undefined;
      from += at + 1;
    }
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
      // A lone carriage return may be a whole empty line. At the start of another line it is only white space.
      const rest = bytes.length - from;
      const isReturn = pending === "none" && rest === 1 && bytes[from] === CARRIAGE_RETURN;
      if (rest > 0 && !isReturn) addToPending(bytes.subarray(from));
      position += bytes.length;
    },
  };
}

/**
 * A line up to this size is buffered until its end arrives: parsing it as a whole is several times as fast as in
 * pieces.
 */
const MAX_WAITING_BYTES = 1 << 18;

/** The bytes of one line that have arrived so far. */
function createWaitingBytes() {
  let kept = Buffer.alloc(0);
  let length = 0;
  return {
    /** Returns false and adds nothing when the line would exceed `MAX_WAITING_BYTES`. */
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
    /** Returns all bytes and empties the buffer. The result is valid until the next `add`. */
    take(): Buffer {
      const line = kept.subarray(0, length);
      length = 0;
      return line;
    },
  };
}
