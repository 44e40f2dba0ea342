import { hash53 } from "../../hash53.ts";
import type { Head } from "./head.ts";
import { CLOCK_MS, type ListedFile } from "./listing.ts";

/**
 * What a look through all other sessions found about the kin of a session, as plain JSON. The kin are the sessions that
 * contain some of its first rows. A file that has not changed since contains the same rows as at that time. So the next
 * look needs only the changed files and the kin.
 */
export interface KnownKin {
  /** Hash of what the look searched for. */
  head: number;
  /** Latest change to any of the files, in epoch ms by the clock of the file system. The look was not earlier. */
  changedMs: number;
  /** Digest of the files that existed. */
  files: number;
  /** The transcripts that contain some of the rows. */
  paths: string[];
  /** What the look searched for stays the same when the session grows. */
  isSettled?: true;
}

/** Keeps the result from one reading of a session from the start to the next. */
export interface KinMemory {
  known?: KnownKin;
}

/** Whether an earlier look searched for the same rows. */
export function isOfHead(known: KnownKin, own: Head): boolean {
  return known.head === hashOf(own);
}

/** The files that a look for the kin of a session has to go through, given what an earlier look found. */
export function filesToLookAt(
  sessionId: string,
  own: Head,
  files: readonly ListedFile[],
  known: KnownKin | undefined,
): readonly ListedFile[] {
  if (known === undefined || !isOfHead(known, own)) return files;
  if (digestOf(files, known.changedMs) !== known.files) return files;
  const kin = new Set(known.paths);
  const due: ListedFile[] = [];
  for (const file of files) {
    if (file.sessionId === sessionId) continue;
    if (file.changedMs <= known.changedMs - CLOCK_MS && !kin.has(file.path)) continue;
    if (due.push(file) > MANY) return files;
  }
  return due;
}

/**
 * Whether a look would find what the earlier one found, because of all files only the session's own has changed since.
 * Its beginning has to be the same.
 */
export function isKinStanding(
  sessionId: string,
  files: readonly ListedFile[],
  { changedMs, files: digest, isSettled }: KnownKin,
): boolean {
  return (
    isSettled === true &&
    digestOf(files, changedMs) === digest &&
    files.every((file) => file.sessionId === sessionId || file.changedMs <= changedMs - CLOCK_MS)
  );
}

/**
 * When more files than this are due, as after a change to a whole history, one look through all files serves all
 * sessions.
 */
const MANY = 64;

/** The result to keep after a look. `files`: as they were listed before the look. */
export function knownBehind(own: Head, files: readonly ListedFile[], paths: string[]): KnownKin {
  const moment = moments.get(files) ?? momentOf(files);
  moments.set(files, moment);
  return { head: hashOf(own), ...moment, paths, ...(own.isSettled ? { isSettled: true as const } : {}) };
}

type Moment = Pick<KnownKin, "changedMs" | "files">;

/**
 * Computed once per listing. A command that reads all sessions asks for it for each one, and would go through all files
 * each time.
 */
const moments = new WeakMap<readonly ListedFile[], Moment>();

function momentOf(files: readonly ListedFile[]): Moment {
  // Times in the future are ignored: after one wrong clock, they would hide all changes until that time.
  const untilMs = Date.now() + CLOCK_MS;
  const changedMs = files.reduce(
    (latest, file) => (file.changedMs <= untilMs ? Math.max(latest, file.changedMs) : latest),
    0,
  );
  return { changedMs, files: digestOf(files, changedMs) };
}

/** Hash of everything in the session itself that decides which files are its kin. */
function hashOf({ rowIds, firstMs, headLastMs }: Head): number {
  return hash53(JSON.stringify([rowIds, firstMs, headLastMs]));
}

/**
 * Digest of the files that existed at `thenMs`. It differs when one of them was deleted, replaced or moved, and when an
 * older file was added: moving a folder changes no time of the files in it.
 */
function digestOf(files: readonly ListedFile[], thenMs: number): number {
  const known = digests.get(files)?.get(thenMs);
  if (known !== undefined) return known;
  let sum = 0;
  for (const { identity, createdMs } of files) if (createdMs <= thenMs) sum += identity;
  digests.set(files, (digests.get(files) ?? new Map()).set(thenMs, sum));
  return sum;
}

/** The digests of a listing, by time. Sessions that were read together ask for the same one. */
const digests = new WeakMap<readonly ListedFile[], Map<number, number>>();
