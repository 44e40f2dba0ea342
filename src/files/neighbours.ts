import { hash53 } from "../transcript/row-key.ts";
import { type Head, readHead } from "./head.ts";
import { filesToLookAt, type KinMemory, knownBehind } from "./known-kin.ts";
import { type ListedFile, type Listing, listingAround } from "./listing.ts";
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

/** Heads by path, as long as their files are as they were; those of one root. */
const heads = new Map<string, { stamp: string; head: Head | undefined }>();
let headsRoot: string | undefined;

/** The sessions around one, so that each of thousands can be looked for. */
interface Neighbours {
  /** By the time of their first rows. */
  all: Neighbour[];
  /** For each, the latest time in it and in those before it. */
  lastMs: number[];
  /** By the ids of their first rows. */
  byUuid: Map<string, Neighbour[]>;
}

/** All of a listing, made once. */
let kept: { listing: Listing; all: Neighbours } | undefined;

/**
 * The other sessions that hold some of the first rows of this one: those that begin with them too, and those that have
 * them further behind, which only their time lets suspect. With a `memory`, what has not changed since an earlier look is
 * not opened.
 */
export function kinOf(path: string, sessionId: string, own: Head, memory?: KinMemory): Neighbour[] {
  const listing = listingAround(path);
  const files = filesToLookAt(sessionId, own, listing.files, memory?.known);
  const around = files === listing.files ? allOf(listing) : neighboursIn(files, listing.root);
  const sharing = new Set(own.uuids.flatMap((uuid) => around.byUuid.get(uuid) ?? []));
  const hashes = own.uuids.map(hash53);
  const further = livingAt(around, own).filter(
    (other) =>
      !sharing.has(other) && other.sessionId !== sessionId && holdsAny(other.path, other.stamp, hashes),
  );
  const all = [...sharing, ...further].filter((other) => other.sessionId !== sessionId);
  const kin = all.sort((a, b) => (a.path < b.path ? -1 : 1));
  if (memory !== undefined)
    memory.known = knownBehind(
      own,
      listing.files,
      kin.map((one) => one.path),
    );
  return kin;
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

function allOf(listing: Listing): Neighbours {
  if (kept?.listing !== listing) kept = { listing, all: neighboursIn(listing.files, listing.root) };
  return kept.all;
}

function neighboursIn(files: readonly ListedFile[], root: string): Neighbours {
  if (headsRoot !== root) {
    heads.clear();
    forgetRowIds();
    headsRoot = root;
  }
  const all = files.flatMap(({ sessionId, path, stamp }): Neighbour[] => {
    const head = headOf(path, sessionId, stamp);
    return head === undefined ? [] : [{ sessionId, path, head, stamp }];
  });
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
  return { all, lastMs, byUuid };
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
