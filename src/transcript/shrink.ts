/**
 * Copies one JSON line and cuts every string in it to a limit, in one pass over bytes that may arrive in any pieces. A
 * line of a hundred megabytes, nearly all of it the text of one tool result, therefore needs only the memory of its
 * skeleton, and `JSON.parse` never sees the text that is not read.
 *
 * The result is valid JSON if the input is: a cut never falls inside an escape or a UTF-8 sequence.
 */
interface Shrinker {
  /** Takes the next bytes of the line. */
  push(bytes: Uint8Array): void;
  /** Ends the line and returns the shrunken text. Undefined when even the skeleton exceeds `MAX_SKELETON_BYTES`. */
  finish(): string | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LETTER_N = 0x6e;
const LETTER_T = 0x74;

const RESULT_KEY = '"toolUseResult"';
/** The beginning of the result of a call that created a file. Other programs write JSON with spaces. */
const CREATED = /^"toolUseResult"\s*:\s*\{\s*"type"\s*:\s*"create"\s*,/;
const CREATED_BYTES = 80;

/** Whether the JSON text ends within the result of a call that created a file. */
export function isInCreated(json: Buffer): boolean {
  const at = json.lastIndexOf(RESULT_KEY);
  return at !== -1 && CREATED.test(json.toString("latin1", at, at + CREATED_BYTES));
}

const CONTENT_KEY = '"content"';
const COLON = 0x3a;
const SPACE = 0x20;

/** Whether the string that starts at `start`, behind its quote, is the value of a `content` key. */
export function isContent(bytes: Buffer, start: number): boolean {
  let at = start - 2;
  while (bytes[at] === SPACE) at--;
  if (bytes[at] !== COLON) return false;
  while (bytes[at - 1] === SPACE) at--;
  // Other keys end with another letter.
  return bytes[at - 2] === LETTER_T && bytes.toString("latin1", at - CONTENT_KEY.length, at) === CONTENT_KEY;
}

/** The note that follows the cut text of a created file: how many lines the file had. */
export function contentLines(lines: number): string {
  return `,"contentLines":${lines}`;
}

/** The largest skeleton that is parsed. Real ones have a few kilobytes. */
const MAX_SKELETON_BYTES = 32 << 20;

/** `maxString`: how many bytes of each string are kept, as escaped in the file. */
export function createShrinker(maxString: number): Shrinker {
  let out = Buffer.allocUnsafe(16 << 10);
  let length = 0;
  let overflow = false;
  let inString = false;
  // The bytes so far end with an odd number of backslashes, so the next byte is escaped.
  let escaped = false;
  let stringStart = 0;
  let stringIsCut = false;
  // Line count of the current string. Set only when the string is the text of a file that a tool created.
  let lines: number | undefined;
  let afterBackslash = false;

  function isCreated(): boolean {
    return isContent(out, length) && isInCreated(out.subarray(0, length));
  }

  function countLines(bytes: Uint8Array, from: number, to: number): void {
    if (lines === undefined) return;
    for (let at = from; at < to; at++) {
      if (afterBackslash && bytes[at] === LETTER_N) lines++;
      afterBackslash = !afterBackslash && bytes[at] === BACKSLASH;
    }
  }

  function append(bytes: Uint8Array, from: number, to: number): void {
    const need = length + to - from;
    if (need > MAX_SKELETON_BYTES) overflow = true;
    if (overflow) return;
    if (need > out.length) {
      const larger = Buffer.allocUnsafe(Math.max(need, out.length * 2));
      out.copy(larger, 0, 0, length);
      out = larger;
    }
    out.set(bytes.subarray(from, to), length);
    length = need;
  }

  function appendToString(bytes: Uint8Array, from: number, to: number): void {
    if (stringIsCut) return;
    const room = maxString - (length - stringStart);
    if (to - from <= room) return append(bytes, from, to);
    append(bytes, from, from + room);
    if (!overflow) length = cleanCut(out, stringStart, length);
    stringIsCut = true;
  }

  return {
    push(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (!inString) {
          const quote = indexOf(bytes, QUOTE, at);
          append(bytes, at, Math.min(quote + 1, bytes.length));
          at = quote + 1;
          if (quote < bytes.length) {
            inString = true;
            escaped = false;
            stringStart = length;
            stringIsCut = false;
            lines = isCreated() ? 1 : undefined;
            afterBackslash = false;
          }
        } else {
          const end = endOfString(bytes, at, escaped);
          countLines(bytes, at, end.index);
          appendToString(bytes, at, end.index);
          escaped = end.escaped;
          at = end.index;
          if (end.closed) {
            append(bytes, at, at + 1);
            if (lines !== undefined && stringIsCut) {
              const note = Buffer.from(contentLines(lines));
              append(note, 0, note.length);
            }
            at++;
            inString = false;
          }
        }
      }
    },
    finish() {
      const text = overflow ? undefined : out.toString("utf8", 0, length);
      if (out.length > 1 << 20) out = Buffer.allocUnsafe(16 << 10);
      length = 0;
      overflow = inString = escaped = false;
      return text;
    },
  };
}

function indexOf(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from);
  return index === -1 ? bytes.length : index;
}

/** Finds the quote that closes the string, or the end of the bytes and whether they end within an escape. */
function endOfString(bytes: Uint8Array, from: number, escapedAtStart: boolean) {
  let search = escapedAtStart ? from + 1 : from;
  const first = search;
  for (;;) {
    const quote = indexOf(bytes, QUOTE, search);
    const odd = backslashesBefore(bytes, quote, first) % 2 === 1;
    if (quote >= bytes.length) return { index: bytes.length, closed: false, escaped: odd };
    if (!odd) return { index: quote, closed: true, escaped: false };
    search = quote + 1;
  }
}

function backslashesBefore(bytes: Uint8Array, index: number, from: number): number {
  let count = 0;
  while (index - count - 1 >= from && bytes[index - count - 1] === BACKSLASH) count++;
  return count;
}

/** Moves a cut back to the start of a split escape or UTF-8 sequence. Returns the new end. */
export function cleanCut(bytes: Uint8Array, start: number, end: number): number {
  let cut = end;
  // A UTF-8 sequence that the cut splits is dropped, from its lead byte on.
  let lead = cut - 1;
  while (lead > start && cut - lead < 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead--;
  const leadByte = bytes[lead] ?? 0;
  const size = leadByte >= 0xf0 ? 4 : leadByte >= 0xe0 ? 3 : leadByte >= 0xc0 ? 2 : 1;
  if (lead >= start && size > cut - lead) cut = lead;
  // `\uXXXX` with too few digits.
  for (let back = 2; back <= 5 && cut - back >= start; back++) {
    const at = cut - back;
    if (
      bytes[at] === BACKSLASH &&
      bytes[at + 1] === LETTER_U &&
      backslashesBefore(bytes, at, start) % 2 === 0
    ) {
      return at;
    }
  }
  // A lone backslash at the end.
  return backslashesBefore(bytes, cut, start) % 2 === 1 ? cut - 1 : cut;
}
