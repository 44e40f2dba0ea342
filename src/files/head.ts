import { readSync, type Stats, statSync } from "node:fs";
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
}

/** Enough for the first rows, of which some hold a system prompt. */
export const HEAD_BYTES = 64 << 10;
/** Enough for the first response, too, whatever the prompt before it holds. */
export const LARGE_HEAD_BYTES = 1 << 20;
const TAIL_BYTES = 32 << 10;
const MAX_UUIDS = 16;

/** A file appears at once with its first record, give or take what a busy machine takes. */
const CREATED_WITHIN_MS = 1_000;

/** Undefined where there is no such file, or nothing in it that has a time. */
export function readHead(path: string, sessionId: string, bytes = HEAD_BYTES): Head | undefined {
  try {
    const stats = statSync(path);
    const [head, tail] = withFile(path, (fd) => endsOf(fd, stats.size, bytes)) ?? [];
    return head === undefined || tail === undefined ? undefined : headOf(head, tail, sessionId, stats);
  } catch {
    return undefined;
  }
}

function endsOf(fd: number, size: number, bytes: number): [string, string] {
  const head = textAt(fd, 0, Math.min(size, bytes));
  return [head, size <= bytes ? head : textAt(fd, size - TAIL_BYTES, TAIL_BYTES)];
}

function textAt(fd: number, at: number, bytes: number): string {
  const buffer = Buffer.allocUnsafe(bytes);
  return buffer.toString("latin1", 0, readSync(fd, buffer, 0, bytes, at));
}

function headOf(head: string, tail: string, sessionId: string, stats: Stats): Head | undefined {
  const times = timesIn(head);
  const first = times[0];
  if (first === undefined) return undefined;
  const firstMs = Math.min(...times);
  const headLastMs = Math.max(...times);
  const tailTimes = timesIn(tail);
  // A last line larger than what was read has no time here; the file's own is a bound.
  const lastMs = tailTimes.length > 0 ? Math.max(headLastMs, ...tailTimes) : stats.mtimeMs;
  return {
    uuids: valuesOf(head, "uuid").slice(0, MAX_UUIDS),
    named: namedIn(head, sessionId),
    firstMs,
    headLastMs,
    lastMs,
    beginsLate: first > firstMs && /"queue-operation"/.test(firstTimed(head)),
    createdMs: stats.birthtimeMs,
    isOriginal: stats.birthtimeMs > 0 && stats.birthtimeMs <= firstMs + CREATED_WITHIN_MS,
    isOld: /"version":\s?"[01]\./.test(head),
  };
}

/** The first line with a time. */
function firstTimed(head: string): string {
  const at = head.search(/[{,]\s*"timestamp":/);
  return head.slice(head.lastIndexOf("\n", at) + 1, at);
}

function timesIn(text: string): number[] {
  return valuesOf(text, "timestamp")
    .map((value) => Date.parse(value))
    .filter(Number.isFinite);
}

function namedIn(head: string, sessionId: string): string[] {
  const ids = [...valuesOf(head, "requestSessionId"), ...valuesOf(head, "sessionId")];
  return [...new Set(ids)].filter((id) => id !== sessionId);
}

/** Quotes inside of texts are escaped, so that only keys match. */
function valuesOf(text: string, key: string): string[] {
  return [...text.matchAll(new RegExp(`[{,]\\s*"${key}":\\s?"([^"\\\\]{1,64})"`, "g"))].map(
    ([, value]) => value as string,
  );
}
