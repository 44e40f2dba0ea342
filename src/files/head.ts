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
  const skeleton = createSkeleton(fd, size);
  const fields = newFields();
  for (let bytes = HEAD_BYTES; ; bytes = fields.isOld ? LARGE_HEAD_BYTES : bytes * 2) {
    for (const line of skeleton.linesUpTo(bytes)) {
      addFields(fields, line);
      fields.hasResponse ||= line.includes('"type":"assistant"');
    }
    const isEnough = !isLong || (fields.hasResponse && !fields.isOld);
    if (isEnough || bytes >= Math.min(size, LARGE_HEAD_BYTES)) break;
  }
  addFields(fields, skeleton.lineBegun());
  const endTimes = skeleton.isWhole() ? undefined : timesAtEnd(fd, size);
  return headOf(fields, endTimes, sessionId, stats);
}

/** Longer than any value that is looked for. */
const slim = createSlimmer(80, "latin1");

/** Used for one head after the other: fresh memory takes longer than what is read into it. */
let buffer = Buffer.alloc(0);

/** So many bytes of the file from `from` on; good until the next call. */
function readBytes(fd: number, from: number, length: number): Buffer {
  if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, from));
}

/** The lines of a file without their long strings, among which a search takes a fraction of the time. */
function createSkeleton(fd: number, size: number) {
  let begun = "";
  let lineStart = 0;
  let readTo = 0;
  return {
    isWhole: () => readTo === size,
    /** The whole lines that no earlier call has given. */
    *linesUpTo(wanted: number): Generator<string> {
      readTo = Math.min(size, wanted);
      const bytes = readBytes(fd, lineStart, readTo - lineStart);
      let at = 0;
      for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, at)) {
        yield slim(bytes, at, feed);
        at = feed + 1;
      }
      // A line that goes on behind is read again with the rest of it.
      begun = slim(bytes, at, bytes.length);
      lineStart += at;
    },
    /** What the last call has seen of the line behind these. */
    lineBegun: () => begun,
  };
}

const TIME_KEY = Buffer.from('"timestamp":');
/** Behind the key. */
const TIME_BYTES = 68;

/** The times that the end of a file names. */
function timesAtEnd(fd: number, size: number): number[] {
  const bytes = readBytes(fd, size - TAIL_BYTES, TAIL_BYTES);
  const times: string[] = [];
  for (let at = bytes.indexOf(TIME_KEY); at !== -1; at = bytes.indexOf(TIME_KEY, at + 1)) {
    const from = at + TIME_KEY.length;
    const time = valueAt(bytes.toString("latin1", from, from + TIME_BYTES), 0);
    if (time !== undefined) times.push(time);
  }
  return timesOf(times);
}

function headOf(
  head: Fields,
  endTimes: number[] | undefined,
  sessionId: string,
  stats: Stats,
): Head | undefined {
  const times = timesOf(head.times);
  const first = times[0];
  if (first === undefined) return undefined;
  const firstMs = Math.min(...times);
  const headLastMs = Math.max(...times);
  // A last line larger than what was read has no time here; the file's own is a bound.
  const isTimed = endTimes === undefined || endTimes.length > 0;
  const lastMs = isTimed ? Math.max(headLastMs, ...(endTimes ?? [])) : stats.mtimeMs;
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

function timesOf(times: readonly string[]): number[] {
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

function newFields(): Fields {
  return { times: [], uuids: [], sessions: [], isOld: false, hasResponse: false, beginsQueued: false };
}

/** Adds what a line says: a quote inside of a text has a backslash before it, so that only keys match. */
function addFields(fields: Fields, line: string): void {
  for (let at = line.indexOf('":'); at !== -1; at = line.indexOf('":', at + 1)) {
    switch (keyBefore(line, at)) {
      case "timestamp": {
        const time = valueAt(line, at + 2);
        if (time === undefined) break;
        if (fields.times.length === 0) fields.beginsQueued = line.slice(0, at).includes('"queue-operation"');
        fields.times.push(time);
        break;
      }
      case "uuid":
        note(fields.uuids, valueAt(line, at + 2));
        break;
      case "version":
        fields.isOld ||= /^[01]\./.test(valueAt(line, at + 2) ?? "");
        break;
      case "sessionId":
      case "requestSessionId":
        note(fields.sessions, valueAt(line, at + 2));
    }
  }
}

function note(values: string[], value: string | undefined): void {
  if (value !== undefined) values.push(value);
}

const KEYS = ["timestamp", "uuid", "version", "sessionId", "requestSessionId"] as const;
const LAST_LETTERS = new Set(KEYS.map((key) => key.charCodeAt(key.length - 1)));

/** The key, among those that are looked for, that ends there. */
function keyBefore(line: string, end: number): (typeof KEYS)[number] | undefined {
  if (!LAST_LETTERS.has(line.charCodeAt(end - 1))) return undefined;
  return KEYS.find((key) => line[end - key.length - 1] === '"' && line.startsWith(key, end - key.length));
}

/** The short string that stands there, perhaps behind a space. */
const VALUE = /\s?"([^"\\]{1,64})"/y;

function valueAt(line: string, from: number): string | undefined {
  VALUE.lastIndex = from;
  return VALUE.exec(line)?.[1];
}
