import { readSync, type Stats, statSync } from "node:fs";
import { createSlimmer } from "../transcript/slim.ts";
import { withFile } from "./file-position.ts";
import { addFields, addRow, copyOf, newRowFields, type RowFields, shortStringAt } from "./row-fields.ts";

/** What the beginning and the end of a transcript show about its history, without reading the part between them. */
export interface Head {
  /** `uuid`s of its first rows. */
  uuids: string[];
  /** Other sessions that its first rows name as their session. */
  named: string[];
  /** Earliest and latest time in the file, in epoch ms. */
  firstMs: number;
  lastMs: number;
  /** Latest time in the beginning of the file, in epoch ms. */
  headLastMs: number;
  /** The first record is written by the process itself, and older records follow it. */
  beginsLate: boolean;
  /** Time of the first record, in epoch ms. With `beginsLate`, this is when the session was forked. */
  begunMs: number;
  /** When the file was created, in epoch ms, if the file system says so. A restored copy is younger than its rows. */
  createdMs: number;
  /** The file was created when its first record was written. This is the case for a session that copies nothing. */
  isOriginal: boolean;
  /** A 1.x client wrote the file. Those clients give new times to the rows that a fork copies. */
  isOld: boolean;
  /** It begins with rows that were copied with new ids. All of them have one time. */
  isRenewed: boolean;
  /**
   * The file contains a response. Before that, a file that is being written may not yet name the session that it was
   * forked from.
   */
  hasResponse: boolean;
  /** All of the above but `lastMs` stays the same when the file grows. */
  isSettled: boolean;
  /** Where a longer look at the same file continues. */
  beginning: Beginning;
}

interface Beginning {
  /** Fields of the whole lines read so far. */
  fields: RowFields;
  lineStart: number;
  /** The latest time at the end of the file, when the end is outside of the beginning and contains a time. */
  endMs: number | undefined;
}

/** Enough for the first rows, some of which contain a system prompt. */
const HEAD_BYTES = 64 << 10;
/** Enough for the first response too, whatever the prompt before it contains. */
const LARGE_HEAD_BYTES = 1 << 20;
const TAIL_BYTES = 32 << 10;
const LINE_FEED = 0x0a;

/** A file appears together with its first record. A busy machine may need up to this long. */
const CREATED_WITHIN_MS = 1_000;

/**
 * The head of a transcript, from its first 64 KiB and its end. Undefined when the file is missing or contains no time.
 */
export function readHead(path: string, sessionId: string): Head | undefined {
  return tryRead(path, sessionId, false);
}

/**
 * The same as `readHead`, from up to 1 MiB: with the first response even when it is far into the file, and with the
 * rows that a 1.x client may have copied and given new times. `known`: what `readHead` found in the unchanged file.
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
      const isSettled = isEnough(fields) && bytes <= size;
      return headOf({ fields, lineStart, endMs }, begun, { isWhole, isSettled }, sessionId, stats);
    }
    bytes = wantedBehind(bytes, fields);
  }
}

/** How many bytes to look at after `bytes` were not enough. */
function wantedBehind(bytes: number, { isOld }: RowFields): number {
  return isOld ? LARGE_HEAD_BYTES : bytes * 2;
}

function isEnough({ hasResponse, isOld }: Pick<RowFields, "hasResponse" | "isOld">): boolean {
  return hasResponse && !isOld;
}

/** 80 bytes are more than any value that is searched for. */
const slim = createSlimmer(80, "latin1");

/** One buffer for all heads: to allocate memory takes longer than to read into it. */
let buffer = Buffer.alloc(0);

/** `length` bytes of the file from `from` on. Valid until the next call. */
function readBytes(fd: number, from: number, length: number): Buffer {
  if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, readSync(fd, buffer, 0, length, from));
}

/**
 * The whole lines from `from` to `to`, and the beginning of the line that follows them, without long strings. A search
 * in the result takes a fraction of the time.
 */
function readSkeleton(fd: number, from: number, to: number) {
  const bytes = readBytes(fd, from, to - from);
  const lines: string[] = [];
  let at = 0;
  for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, at)) {
    lines.push(slim(bytes, at, feed));
    at = feed + 1;
  }
  // An incomplete line is read again together with its rest.
  return { lines, begun: slim(bytes, at, bytes.length), lineStart: from + at };
}

const TIME_KEY = Buffer.from('"timestamp":');
/** How many bytes after the key may hold the value. */
const TIME_BYTES = 68;

/** The latest time in the last 32 KiB of a file, in epoch ms. */
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
  { isWhole, isSettled }: { isWhole: boolean; isSettled: boolean },
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
    // A last line that is larger than the part that was read shows no time. The file's own time is an upper bound.
    lastMs: isWhole ? lastMs : endMs === undefined ? stats.mtimeMs : Math.max(lastMs, endMs),
    beginsLate: begunMs > firstMs && fields.beginsQueued,
    begunMs,
    createdMs: stats.birthtimeMs,
    isOriginal: stats.birthtimeMs > 0 && stats.birthtimeMs <= firstMs + CREATED_WITHIN_MS,
    isOld: fields.isOld,
    isRenewed: fields.isRenewed,
    hasResponse: fields.hasResponse,
    isSettled,
    beginning,
  };
}
