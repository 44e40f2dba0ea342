import type { Stats } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { checksum } from "../../checksum.ts";
import { namesIn } from "../../disk/folder.ts";
import { tryStat } from "../../disk/stat.ts";
import { ticksMs } from "../../ticks.ts";
import { sessionIdOf } from "../session-id.ts";
import { stampIn } from "../stamp.ts";

/** A session's transcript as its folder lists it. */
export interface ListedFile {
  sessionId: string;
  path: string;
  /** As `stampOf` returns it. */
  stamp: string;
  /** Hash of its path and inode number: different once the file was moved or replaced. */
  identity: number;
  /** When the file was created, and when anything of it last changed: content, name or times. In epoch ms. */
  createdMs: number;
  changedMs: number;
}

/** The transcripts of one root at one moment. */
export interface Listing {
  root: string;
  listedAtMs: number;
  readonly files: readonly ListedFile[];
}

/** A transcript that a walk has met, with what a listing needs of its stats. */
export type SeenTranscript = Pick<ListedFile, "sessionId" | "path"> &
  Pick<Stats, "ino" | "size" | "mtimeMs" | "ctimeMs" | "birthtimeMs">;

export function seenTranscript(
  { sessionId, path }: Pick<ListedFile, "sessionId" | "path">,
  { ino, size, mtimeMs, ctimeMs, birthtimeMs }: Stats,
): SeenTranscript {
  return { sessionId, path, ino, size, mtimeMs, ctimeMs, birthtimeMs };
}

/**
 * A listing is valid for this many times as long as it took, up to `MAX_KEEP_MS`: a command that reads all sessions
 * asks for it for each of them.
 */
const KEEP_TIMES = 200;
const MAX_KEEP_MS = 2_000;
/** File times may be coarser than the clock, or behind it, by up to this much. */
export const CLOCK_MS = 1_000;

let kept: { listing: Listing; untilMs: number } | undefined;

/**
 * Takes what a walk through the folders of all projects has just seen as the listing of `root`, so that it is not
 * listed again. `startMs`: when the walk began, by `ticksMs`.
 */
export function noteListing(root: string, startMs: number, seen: readonly SeenTranscript[]): void {
  const tookMs = ticksMs() - startMs;
  keep({ root, listedAtMs: Date.now() - tookMs }, tookMs, () => seen.map(listed));
}

/**
 * The transcripts in the place where this one is kept: those of all projects, since a fork may continue in another
 * project. For a file outside of `projects/`, those of its folder. Returns the same object as long as the listing is
 * valid.
 *
 * `isKnown`: an earlier look saw the same first rows in the file. Then a listing is as good as one that is made now,
 * even if the file was written since.
 */
export function listingAround(path: string, isKnown: boolean): Listing {
  const folder = dirname(path);
  const root = basename(dirname(folder)) === "projects" ? dirname(folder) : folder;
  const startMs = ticksMs();
  const listedAtMs = Date.now();
  if (kept?.listing.root === root && startMs < kept.untilMs) {
    if (isKnown || !isYounger(path, kept.listing.listedAtMs)) return kept.listing;
  }
  const files = listTranscripts(root === folder ? [folder] : namesIn(root).map((name) => join(root, name)));
  return keep({ root, listedAtMs }, ticksMs() - startMs, () => files);
}

/** `tookMs`: how long it took to list the files. They are only computed if they are needed. */
function keep(
  { root, listedAtMs }: Pick<Listing, "root" | "listedAtMs">,
  tookMs: number,
  list: () => readonly ListedFile[],
): Listing {
  let files: readonly ListedFile[] | undefined;
  const listing: Listing = {
    root,
    listedAtMs,
    get files() {
      files ??= list();
      return files;
    },
  };
  kept = { listing, untilMs: ticksMs() + Math.min(MAX_KEEP_MS, KEEP_TIMES * tookMs) };
  return listing;
}

function listTranscripts(folders: readonly string[]): ListedFile[] {
  return folders.flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const sessionId = sessionIdOf(name);
      if (sessionId === undefined) return [];
      const path = folder + sep + name;
      const stats = tryStat(path);
      return stats === undefined ? [] : [listed(seenTranscript({ sessionId, path }, stats))];
    }),
  );
}

function listed(seen: SeenTranscript): ListedFile {
  const { sessionId, path, ino, birthtimeMs: createdMs, ctimeMs: changedMs } = seen;
  const identity = checksum(`${ino} ${path}`);
  return { sessionId, path, stamp: stampIn(seen), identity, createdMs, changedMs };
}

/**
 * Whether the file was written after the listing. The rows that a fork copied were on disk before its own file, but
 * perhaps not yet at the time of the listing. A time in the future is ignored.
 */
function isYounger(path: string, listedAtMs: number): boolean {
  const writtenMs = tryStat(path)?.mtimeMs ?? 0;
  return writtenMs >= listedAtMs - CLOCK_MS && writtenMs <= Date.now() + CLOCK_MS;
}
