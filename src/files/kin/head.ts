import { fstatSync, readSync, type Stats } from "node:fs";
import { parseDate } from "../../transcript/fields.ts";
import { createSlimmer } from "../../transcript/slim.ts";
import { withFile } from "../transcript-file.ts";
import { addFields, addRow, copyOf, newRowFields, type RowFields, shortStringAt } from "./row-fields.ts";

/** What the beginning and the end of a transcript show about its history, without reading the part between them. */
export interface Head {
  /** Hashes of the ids of its first rows. */
  rowIds: number[];
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
  /** A client up to 2.0.29 wrote the file. Those clients give new times to the rows that a fork copies. */
  isOld: boolean;
  /** It begins with rows that were copied with new ids. All of them have one time. */
  isRenewed: boolean;
  /** A client wrote the file that may give new ids to the rows that a fork copies. */
  mayRenew: boolean;
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
/** Enough for the first rows that a client up to 2.0.29 may have copied. */
const LARGE_HEAD_BYTES = 1 << 20;
/** Enough for the first response too, if there are images in the prompt before it. */
const HEAD_WITH_IMAGES_BYTES = 8 << 20;
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
 * The same as `readHead`, from up to 1 MiB, with the rows that a client up to 2.0.29 may have copied and given new
 * times; without a response in it, from up to 8 MiB. `known`: what `readHead` found in the unchanged file.
 */
export function readLongHead(path: string, sessionId: string, known?: Head): Head | undefined {
  return known !== undefined && isEnough(known) ? known : tryRead(path, sessionId, true, known?.beginning);
}

function tryRead(path: string, sessionId: string, isLong: boolean, known?: Beginning): Head | undefined {
  try {
    return withFile(path, (fd) => readEnds(fd, sessionId, fstatSync(fd), isLong, known));
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
  const from = known?.lineStart ?? 0;
  // Offsets behind `from`: of the line that is not yet complete, and of what has not been searched for its end.
  let lineStart = 0;
  let searched = 0;
  for (let bytes = known === undefined ? HEAD_BYTES : wantedBehind(HEAD_BYTES, fields); ; ) {
    const beginning = readOn(fd, from, searched, Math.min(size, bytes) - from);
    for (let feed = beginning.indexOf(LINE_FEED, searched); feed !== -1; ) {
      addRow(fields, slim(beginning, lineStart, feed));
      lineStart = feed + 1;
      feed = beginning.indexOf(LINE_FEED, lineStart);
    }
    searched = beginning.length;
    if (!isLong || isEnough(fields) || bytes >= Math.min(size, mostBytes(fields))) {
      // A longer look reads the incomplete line again, together with its rest.
      const begun = slim(beginning, lineStart, beginning.length);
      const isWhole = bytes >= size;
      const endMs = isWhole ? undefined : known === undefined ? latestAtEnd(fd, size) : known.endMs;
      const isSettled = isEnough(fields) && bytes <= size;
      const read = { fields, lineStart: from + lineStart, endMs };
      return headOf(read, begun, { isWhole, isSettled }, sessionId, stats);
    }
    bytes = wantedBehind(bytes, fields);
  }
}

/** How many bytes to look at after `bytes` were not enough. */
function wantedBehind(bytes: number, { isOld }: RowFields): number {
  return isOld ? Math.max(LARGE_HEAD_BYTES, bytes * 2) : bytes * 2;
}

function mostBytes({ hasResponse }: RowFields): number {
  return hasResponse ? LARGE_HEAD_BYTES : HEAD_WITH_IMAGES_BYTES;
}

function isEnough({ hasResponse, isOld }: Pick<RowFields, "hasResponse" | "isOld">): boolean {
  return hasResponse && !isOld;
}

/**
 * Without long strings, a search in a line takes a fraction of the time. 80 bytes are more than any value that is
 * searched for.
 */
const slim = createSlimmer(80, "latin1");

/** One buffer for all heads: to allocate memory takes longer than to read into it. */
let buffer = Buffer.alloc(0);

/**
 * The first `length` bytes of the file behind `from`, of which the call before has read `done`. Valid until the next
 * call.
 */
function readOn(fd: number, from: number, done: number, length: number): Buffer {
  if (buffer.length < length) {
    const larger = Buffer.allocUnsafeSlow(length);
    buffer.copy(larger, 0, 0, done);
    buffer = larger;
  }
  const wanted = Math.max(0, length - done);
  return buffer.subarray(0, done + readSync(fd, buffer, done, wanted, from + done));
}

const TIME_KEY = Buffer.from('"timestamp":');
/** How many bytes after the key may hold the value. */
const TIME_BYTES = 68;

/** The latest time in the last 32 KiB of a file, in epoch ms. */
function latestAtEnd(fd: number, size: number): number | undefined {
  const bytes = readOn(fd, size - TAIL_BYTES, 0, TAIL_BYTES);
  let latestMs: number | undefined;
  for (let at = bytes.indexOf(TIME_KEY); at !== -1; at = bytes.indexOf(TIME_KEY, at + 1)) {
    const from = at + TIME_KEY.length;
    const atMs = parseDate(shortStringAt(bytes.toString("latin1", from, from + TIME_BYTES), 0) ?? "");
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
    rowIds: fields.rowIds,
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
    mayRenew: fields.mayRenew,
    hasResponse: fields.hasResponse,
    isSettled,
    beginning,
  };
}
