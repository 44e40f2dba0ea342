import { readSync, type Stats, statSync } from "node:fs";
import { createSlimmer } from "../transcript/slim.ts";
import { withFile } from "./file-position.ts";

/** What the beginning and the end of a transcript tell about its history, without reading what lies between. */
export interface Head {
  /** `uuid`s of its first rows. */
  uuids: string[];
  /** Other sessions that its first rows name as theirs. */
  named: string[];
  /** Earliest and latest time in it. */
  firstMs: number;
  lastMs: number;
  /** Latest time in its beginning. */
  headLastMs: number;
  /** Its first record is the process's own, and older ones follow. */
  beginsLate: boolean;
  /** When the file was created, where the file system says; a restored copy is younger than its rows. */
  createdMs: number;
  /** It was created when its first record was written, as a session is that copies nothing. */
  isOriginal: boolean;
  /** A 1.x client wrote it: those date what a fork copies anew. */
  isOld: boolean;
  /** A response is in it. Before that, a file that is being written may not have said yet whose fork it is. */
  hasResponse: boolean;
}

/** Enough for the first rows, of which some hold a system prompt. */
const HEAD_BYTES = 64 << 10;
/** Enough for the first response, too, whatever the prompt before it holds. */
const LARGE_HEAD_BYTES = 1 << 20;
const TAIL_BYTES = 32 << 10;
const LINE_FEED = 0x0a;
const MAX_UUIDS = 16;

/** A file appears at once with its first record, give or take what a busy machine takes. */
const CREATED_WITHIN_MS = 1_000;

/** Undefined where there is no such file, or nothing in it that has a time. */
export function readHead(path: string, sessionId: string): Head | undefined {
  return tryRead(path, sessionId, false);
}

/** The same with the first response, also where it stands far behind; all that a 1.x client may have copied and dated anew. */
export function readLongHead(path: string, sessionId: string): Head | undefined {
  return tryRead(path, sessionId, true);
}

function tryRead(path: string, sessionId: string, isLong: boolean): Head | undefined {
  try {
    const stats = statSync(path);
    return withFile(path, (fd) => readEnds(fd, sessionId, stats, isLong));
  } catch {
    return undefined;
  }
}

function readEnds(fd: number, sessionId: string, stats: Stats, isLong: boolean): Head | undefined {
  const { size } = stats;
  const text = createSkeleton(fd, size);
  let head = fieldsOf(text.upTo(HEAD_BYTES));
  for (let bytes = HEAD_BYTES; isLong && bytes < Math.min(size, LARGE_HEAD_BYTES); ) {
    if (head.hasResponse && !head.isOld) break;
    bytes = head.isOld ? LARGE_HEAD_BYTES : bytes * 2;
    head = fieldsOf(text.upTo(bytes));
  }
  const tail = text.isWhole() ? head : fieldsOf(createSkeleton(fd, size, size - TAIL_BYTES).upTo(size));
  return headOf(head, tail, sessionId, stats);
}

/** Longer than any value that is looked for. */
const slim = createSlimmer(80, "latin1");

/** Used for one head after the other: fresh memory takes longer than what is read into it. */
let buffer = Buffer.alloc(0);

/** The lines of a file from `from` on without their long strings, among which a search takes a fraction of the time. */
function createSkeleton(fd: number, size: number, from = 0) {
  let lines = "";
  let lineStart = from;
  let readTo = from;
  return {
    isWhole: () => readTo === size,
    upTo(wanted: number): string {
      readTo = Math.min(size, wanted);
      const length = readTo - lineStart;
      if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
      const bytes = buffer.subarray(0, readSync(fd, buffer, 0, length, lineStart));
      let at = 0;
      for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, at)) {
        lines += slim(bytes, at, feed + 1);
        at = feed + 1;
      }
      // A line that goes on behind is read again with the rest of it.
      lineStart += at;
      return lines + slim(bytes, at, bytes.length);
    },
  };
}

function headOf(head: Fields, tail: Fields, sessionId: string, stats: Stats): Head | undefined {
  const times = timesOf(head);
  const first = times[0];
  if (first === undefined) return undefined;
  const firstMs = Math.min(...times);
  const headLastMs = Math.max(...times);
  const tailTimes = timesOf(tail);
  // A last line larger than what was read has no time here; the file's own is a bound.
  const lastMs = tailTimes.length > 0 ? Math.max(headLastMs, ...tailTimes) : stats.mtimeMs;
  return {
    uuids: head.uuids.slice(0, MAX_UUIDS),
    named: [...new Set(head.sessions)].filter((id) => id !== sessionId),
    firstMs,
    headLastMs,
    lastMs,
    beginsLate: first > firstMs && head.beginsQueued,
    createdMs: stats.birthtimeMs,
    isOriginal: stats.birthtimeMs > 0 && stats.birthtimeMs <= firstMs + CREATED_WITHIN_MS,
    isOld: head.isOld,
    hasResponse: head.hasResponse,
  };
}

function timesOf({ times }: Fields): number[] {
  return times.map((value) => Date.parse(value)).filter(Number.isFinite);
}

/** What the rows say of themselves, in their order. */
interface Fields {
  times: string[];
  uuids: string[];
  /** The sessions that they name as theirs. */
  sessions: string[];
  isOld: boolean;
  /** A whole row with a response is among them. */
  hasResponse: boolean;
  /** The first one with a time is a `queue-operation`. */
  beginsQueued: boolean;
}

/** A quote inside of a text has a backslash before it, so that only keys match: all that are wanted, in one pass. */
const FIELD = /"(timestamp|uuid|sessionId|requestSessionId|version)":\s?"([^"\\]{1,64})"/g;

function fieldsOf(text: string): Fields {
  const fields: Fields = {
    times: [],
    uuids: [],
    sessions: [],
    isOld: false,
    hasResponse: hasResponse(text),
    beginsQueued: false,
  };
  for (const { 1: key, 2: value = "", index } of text.matchAll(FIELD)) {
    if (key === "timestamp") {
      if (fields.times.length === 0) fields.beginsQueued = isQueued(text, index);
      fields.times.push(value);
    } else if (key === "uuid") fields.uuids.push(value);
    else if (key === "version") fields.isOld ||= /^[01]\./.test(value);
    else fields.sessions.push(value);
  }
  return fields;
}

function hasResponse(text: string): boolean {
  const at = text.indexOf('"type":"assistant"');
  return at !== -1 && text.includes("\n", at);
}

function isQueued(text: string, timeAt: number): boolean {
  return text.slice(text.lastIndexOf("\n", timeAt) + 1, timeAt).includes('"queue-operation"');
}
