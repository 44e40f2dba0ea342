import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ticksMs } from "../ticks.ts";
import { hash53 } from "../transcript/row-key.ts";
import { type Head, readHead } from "./head.ts";
import { forgetRowIds, holdsAny } from "./row-ids.ts";
import { stampOf } from "./stamp.ts";

/** Another session's transcript, where a fork's source may be. */
export interface Neighbour {
  sessionId: string;
  path: string;
  head: Head;
  /** Of its file when it was listed. */
  stamp?: string;
}

const TRANSCRIPT = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/i;

/** A listing is good for so many times as long as it took: a command that reads all sessions asks for each. */
const KEEP_TIMES = 200;
const MAX_KEEP_MS = 2_000;
/** By so much the times of files are coarser than the clock, or behind it. */
const CLOCK_MS = 1_000;

/** Heads by path, as long as their files are as they were; those of one root. */
const heads = new Map<string, { stamp: string; head: Head | undefined }>();

let kept: ({ folder: string; listedAtMs: number; untilMs: number } & Neighbours) | undefined;

/** The sessions around one, so that each of thousands can be looked for. */
interface Neighbours {
  /** By the time of their first rows. */
  all: Neighbour[];
  /** For each, the latest time in it and in those before it. */
  lastMs: number[];
  /** By the ids of their first rows. */
  byUuid: Map<string, Neighbour[]>;
}

/**
 * The other sessions that hold some of the first rows of this one: those that begin with them too, and those that have
 * them further behind, which only their time lets suspect.
 */
export function kinOf(path: string, sessionId: string, own: Head): Neighbour[] {
  const around = neighboursOf(path);
  const sharing = new Set(own.uuids.flatMap((uuid) => around.byUuid.get(uuid) ?? []));
  const hashes = own.uuids.map(hash53);
  const further = livingAt(around, own).filter(
    (other) =>
      !sharing.has(other) && other.sessionId !== sessionId && holdsAny(other.path, other.stamp, hashes),
  );
  const all = [...sharing, ...further].filter((other) => other.sessionId !== sessionId);
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Those whose rows are of the time of its first rows. */
function livingAt({ all, lastMs }: Neighbours, { firstMs, headLastMs }: Head): Neighbour[] {
  const found: Neighbour[] = [];
  for (let at = countBegunBy(headLastMs, all) - 1; at >= 0; at--) {
    if ((lastMs[at] as number) < firstMs) break;
    const other = all[at] as Neighbour;
    if (other.head.lastMs >= firstMs) found.push(other);
  }
  return found;
}

/** How many of them, which stand by the time of their first rows, began by then. */
function countBegunBy(atMs: number, all: readonly Neighbour[]): number {
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((all[middle] as Neighbour).head.firstMs <= atMs) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * The sessions that are kept where this one is: of all projects, since a fork may go on in another; beside a file that
 * lies elsewhere, those of its folder.
 */
function neighboursOf(path: string): Neighbours {
  const folder = dirname(path);
  const root = basename(dirname(folder)) === "projects" ? dirname(folder) : folder;
  const startMs = ticksMs();
  const listedAtMs = Date.now();
  if (kept?.folder === root && startMs < kept.untilMs && !isYounger(path, kept.listedAtMs)) return kept;
  if (kept?.folder !== root) {
    heads.clear();
    forgetRowIds();
  }
  const all = listNeighbours(root === folder ? [folder] : subfoldersOf(root));
  all.sort((a, b) => a.head.firstMs - b.head.firstMs);
  let latestMs = Number.NEGATIVE_INFINITY;
  const lastMs = all.map(({ head }) => {
    latestMs = Math.max(latestMs, head.lastMs);
    return latestMs;
  });
  const byUuid = new Map<string, Neighbour[]>();
  for (const neighbour of all) {
    for (const uuid of neighbour.head.uuids) {
      const same = byUuid.get(uuid);
      if (same === undefined) byUuid.set(uuid, [neighbour]);
      else same.push(neighbour);
    }
  }
  const endMs = ticksMs();
  const untilMs = endMs + Math.min(MAX_KEEP_MS, KEEP_TIMES * (endMs - startMs));
  kept = { folder: root, listedAtMs, untilMs, all, lastMs, byUuid };
  return kept;
}

function listNeighbours(folders: string[]): Neighbour[] {
  return folders.flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const sessionId = TRANSCRIPT.exec(name)?.[1];
      if (sessionId === undefined) return [];
      const path = join(folder, name);
      const stamp = stampOf(path);
      const head = stamp === undefined ? undefined : headOf(path, sessionId, stamp);
      return stamp === undefined || head === undefined ? [] : [{ sessionId, path, head, stamp }];
    }),
  );
}

/** The head of a file that was looked at as somebody's neighbour, and has not changed since. */
export function knownHead(path: string): Head | undefined {
  const known = heads.get(path);
  return known !== undefined && known.stamp === stampOf(path) ? known.head : undefined;
}

/** A command that reads all sessions asks for the neighbours of each; what has not changed is not read again. */
function headOf(path: string, sessionId: string, stamp: string): Head | undefined {
  const known = heads.get(path);
  if (known?.stamp === stamp) return known.head;
  const head = readHead(path, sessionId);
  heads.set(path, { stamp, head });
  return head;
}

/**
 * Whether the file was written after the listing: what a fork copied was on disk before its own file, and perhaps not when
 * the folders were listed. A time in the future tells nothing.
 */
function isYounger(path: string, listedAtMs: number): boolean {
  const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return writtenMs >= listedAtMs - CLOCK_MS && writtenMs <= Date.now() + CLOCK_MS;
}

function subfoldersOf(root: string): string[] {
  return namesIn(root).map((name) => join(root, name));
}

/** Nothing where there is no folder, or one that may not be looked into. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
