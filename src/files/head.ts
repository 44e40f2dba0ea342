import { readSync, type Stats, statSync } from "node:fs";
import { createSlimmer } from "../transcript/slim.ts";
import { withFile } from "./file-position.ts";
import { addFields, addRow, copyOf, newRowFields, type RowFields, shortStringAt } from "./row-fields.ts";

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
  /** Where a longer look at the same file goes on. */
  beginning: Beginning;
}

interface Beginning {
  /** Of its whole lines so far. */
  fields: RowFields;
  lineStart: number;
  /** The latest time at the file's end, where that is not in the beginning and says one. */
  endMs: number | undefined;
}

/** Enough for the first rows, of which some hold a system prompt. */
const HEAD_BYTES = 64 << 10;
/** Enough for the first response, too, whatever the prompt before it holds. */
const LARGE_HEAD_BYTES = 1 << 20;
const TAIL_BYTES = 32 << 10;
const LINE_FEED = 0x0a;

/** A file appears at once with its first record, give or take what a busy machine takes. */
const CREATED_WITHIN_MS = 1_000;

/** Undefined where there is no such file, or nothing in it that has a time. */
export function readHead(path: string, sessionId: string): Head | undefined {
  return tryRead(path, sessionId, false);
}

/**
 * The same with the first response, also where it stands far behind; all that a 1.x client may have copied and dated anew.
 * `known`: what `readHead` has found in the file as it is.
 */
export function readLongHead(path: string, sessionId: string, known?: Head): Head | undefined {
  return known !== undefined && isEnough(known) ? known : tryRead(path, sessionId, true, known?.beginning);
}

function tryRead(path: string, sessionId: string, isLong: boolean, known?: Beginning): Head | undefined {
  try {
    const stats = statSync(path);
    return withFile(path, (fd) => readEnds(fd, sessionId, stats, isLong, known));
  } catch {
    return undefined;
  }
}

function readEnds(
  fd: number,
  sessionId: string,
  stats: Stats,
  isLong: boolean,
  known?: Beginning,
): Head | undefined {
  const { size } = stats;
  const fields = known === undefined ? newRowFields() : copyOf(known.fields);
  let lineStart = known?.lineStart ?? 0;
  let begun = "";
  const most = Math.min(size, LARGE_HEAD_BYTES);
  for (let bytes = known === undefined ? HEAD_BYTES : wantedBehind(HEAD_BYTES, fields); ; ) {
    const skeleton = readSkeleton(fd, lineStart, Math.min(size, bytes));
    for (const line of skeleton.lines) addRow(fields, line);
    ({ lineStart, begun } = skeleton);
    if (!isLong || isEnough(fields) || bytes >= most) {
      const isWhole = bytes >= size;
      const endMs = isWhole ? undefined : known === undefined ? latestAtEnd(fd, size) : known.endMs;
      return headOf({ fields, lineStart, endMs }, begun, isWhole, sessionId, stats);
    }
    bytes = wantedBehind(bytes, fields);
  }
}

/** How much of a file is to be looked at where so much was not enough. */
function wantedBehind(bytes: number, { isOld }: RowFields): number {
  return isOld ? LARGE_HEAD_BYTES : bytes * 2;
}

function isEnough({ hasResponse, isOld }: Pick<RowFields, "hasResponse" | "isOld">): boolean {
  return hasResponse && !isOld;
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

/**
 * The whole lines from `from` to `to`, and what is there of the one behind, without their long strings: among them a search
 * takes a fraction of the time.
 */
function readSkeleton(fd: number, from: number, to: number) {
  const bytes = readBytes(fd, from, to - from);
  const lines: string[] = [];
  let at = 0;
  for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, at)) {
    lines.push(slim(bytes, at, feed));
    at = feed + 1;
  }
  // A line that goes on behind is read again with the rest of it.
  return { lines, begun: slim(bytes, at, bytes.length), lineStart: from + at };
}

const TIME_KEY = Buffer.from('"timestamp":');
/** Behind the key. */
const TIME_BYTES = 68;

/** The latest time that the end of a file names. */
function latestAtEnd(fd: number, size: number): number | undefined {
  const bytes = readBytes(fd, size - TAIL_BYTES, TAIL_BYTES);
  let latestMs: number | undefined;
  for (let at = bytes.indexOf(TIME_KEY); at !== -1; at = bytes.indexOf(TIME_KEY, at + 1)) {
    const from = at + TIME_KEY.length;
    const atMs = Date.parse(shortStringAt(bytes.toString("latin1", from, from + TIME_BYTES), 0) ?? "");
    if (Number.isFinite(atMs)) latestMs = Math.max(latestMs ?? atMs, atMs);
  }
  return latestMs;
}

function headOf(
  beginning: Beginning,
  begun: string,
  isWhole: boolean,
  sessionId: string,
  stats: Stats,
): Head | undefined {
  const fields = copyOf(beginning.fields);
  addFields(fields, begun);
  const { begunMs, firstMs, lastMs } = fields;
  if (begunMs === undefined) return undefined;
  const { endMs } = beginning;
  return {
    uuids: fields.uuids,
    named: fields.sessions.filter((id) => id !== sessionId),
    firstMs,
    headLastMs: lastMs,
    // A last line larger than what was read has no time here; the file's own is a bound.
    lastMs: isWhole ? lastMs : endMs === undefined ? stats.mtimeMs : Math.max(lastMs, endMs),
    beginsLate: begunMs > firstMs && fields.beginsQueued,
    createdMs: stats.birthtimeMs,
    isOriginal: stats.birthtimeMs > 0 && stats.birthtimeMs <= firstMs + CREATED_WITHIN_MS,
    isOld: fields.isOld,
    hasResponse: fields.hasResponse,
    beginning,
  };
}
