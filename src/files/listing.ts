import { readdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ticksMs } from "../ticks.ts";
import { stampIn } from "./stamp.ts";

/** A session's transcript as its folder lists it. */
export interface ListedFile {
  sessionId: string;
  path: string;
  /** As `stampOf` gives it. */
  stamp: string;
  ino: number;
  /** When it was created, and when anything of it has changed: content, name or times. In epoch ms. */
  createdMs: number;
  changedMs: number;
}

/** The transcripts of one root at one moment. */
export interface Listing {
  root: string;
  listedAtMs: number;
  files: ListedFile[];
}

const TRANSCRIPT = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/i;

/** A listing is good for so many times as long as it took: a command that reads all sessions asks for each. */
const KEEP_TIMES = 200;
const MAX_KEEP_MS = 2_000;
/** By so much the times of files are coarser than the clock, or behind it. */
export const CLOCK_MS = 1_000;

let kept: { listing: Listing; untilMs: number } | undefined;

/**
 * The transcripts that are kept where this one is: of all projects, since a fork may go on in another; beside a file that
 * lies elsewhere, those of its folder. The same object as long as it is good.
 */
export function listingAround(path: string): Listing {
  const folder = dirname(path);
  const root = basename(dirname(folder)) === "projects" ? dirname(folder) : folder;
  const startMs = ticksMs();
  const listedAtMs = Date.now();
  if (kept?.listing.root === root && startMs < kept.untilMs && !isYounger(path, kept.listing.listedAtMs))
    return kept.listing;
  const files = listTranscripts(root === folder ? [folder] : namesIn(root).map((name) => join(root, name)));
  const endMs = ticksMs();
  const untilMs = endMs + Math.min(MAX_KEEP_MS, KEEP_TIMES * (endMs - startMs));
  kept = { listing: { root, listedAtMs, files }, untilMs };
  return kept.listing;
}

function listTranscripts(folders: readonly string[]): ListedFile[] {
  return folders.flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const sessionId = TRANSCRIPT.exec(name)?.[1];
      if (sessionId === undefined) return [];
      const path = join(folder, name);
      const stats = tryStat(path);
      if (stats === undefined) return [];
      const { ino, birthtimeMs: createdMs, ctimeMs: changedMs } = stats;
      return [{ sessionId, path, stamp: stampIn(stats), ino, createdMs, changedMs }];
    }),
  );
}

/**
 * Whether the file was written after the listing: what a fork copied was on disk before its own file, and perhaps not when
 * the folders were listed. A time in the future tells nothing.
 */
function isYounger(path: string, listedAtMs: number): boolean {
  const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return writtenMs >= listedAtMs - CLOCK_MS && writtenMs <= Date.now() + CLOCK_MS;
}

/** Undefined where there is no file, or links go round in a circle. */
function tryStat(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Nothing where there is no folder, or one that may not be looked into. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
