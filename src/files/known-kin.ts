import { hash53 } from "../transcript/row-key.ts";
import type { Head } from "./head.ts";
import { CLOCK_MS, type ListedFile } from "./listing.ts";

/**
 * What a look through all other sessions has found of a session's kin, as plain JSON. Files that are as they were then have
 * as little, or as much, of its first rows as then; so the next look needs only those that have changed, and the kin.
 */
export interface KnownKin {
  /** Hash of what was looked for. */
  head: number;
  /** Latest change to any of the files, in epoch ms: the look was not before it, by the file system's own clock. */
  changedMs: number;
  /** Digest of which files there were. */
  files: number;
  /** The transcripts that have some of the rows. */
  paths: string[];
}

/** Where it is kept from one reading of a session from the start to the next. */
export interface KinMemory {
  known?: KnownKin;
}

/** The files that a look for the kin of a session has to go through, where so much is known of it. */
export function filesToLookAt(
  sessionId: string,
  own: Head,
  files: readonly ListedFile[],
  known: KnownKin | undefined,
): readonly ListedFile[] {
  if (known === undefined || known.head !== hashOf(own)) return files;
  if (digestOf(files, known.changedMs) !== known.files) return files;
  const kin = new Set(known.paths);
  return files.filter(
    (file) =>
      file.sessionId !== sessionId && (file.changedMs > known.changedMs - CLOCK_MS || kin.has(file.path)),
  );
}

/** What is known behind a look: `files` as they were listed before it. */
export function knownBehind(own: Head, files: readonly ListedFile[], paths: string[]): KnownKin {
  // A clock that was wrong once would hide what changes until that time comes.
  const untilMs = Date.now() + CLOCK_MS;
  const changedMs = files.reduce(
    (latest, file) => (file.changedMs <= untilMs ? Math.max(latest, file.changedMs) : latest),
    0,
  );
  return { head: hashOf(own), changedMs, files: digestOf(files, changedMs), paths };
}

/** All of the session's own that decides which files are its kin. */
function hashOf({ uuids, firstMs, headLastMs }: Head): number {
  return hash53(JSON.stringify([uuids, firstMs, headLastMs]));
}

/**
 * Of the files that existed by then. It differs where one of them was deleted, replaced or moved, and where one came that is
 * older: a folder that is moved changes no time of the files in it.
 */
function digestOf(files: readonly ListedFile[], thenMs: number): number {
  let sum = 0;
  for (const { path, ino, createdMs } of files)
    if (createdMs <= thenMs) sum += hash53(`${ino} ${path}`) % 2 ** 32;
  return sum;
}
