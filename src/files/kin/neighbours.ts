import { stampOf } from "../stamp.ts";
import { type Head, readHead, readLongHead } from "./head.ts";
import { filesToLookAt, isOfHead, type KinMemory, knownBehind } from "./known-kin.ts";
import { type ListedFile, type Listing, listingAround } from "./listing.ts";
import { createRowIndex } from "./row-ids.ts";

/** Another session's transcript, which may be the source of a fork. */
export interface Neighbour {
  sessionId: string;
  path: string;
  head: Head;
  /** The stamp of its file at the time of the listing. */
  stamp?: string;
  /** The number of the index that its rows are in. */
  index?: number;
}

/** Heads by path, each valid as long as its file is unchanged. Only those of one root are kept, and its rows. */
const heads = new Map<string, { stamp: string; head: Head | undefined }>();
let rowIndex = createRowIndex();
let headsRoot: string | undefined;

/** The sessions of a listing, indexed so that a look-up is fast among thousands. */
interface Neighbours {
  /** Sorted by the time of their first rows. */
  all: Neighbour[];
  /** For each entry of `all`, the latest time in it and in all entries before it. */
  lastMs: number[];
  /** By the ids of their first rows. */
  byRowId: Map<number, Neighbour[]>;
}

/** The index of the last listing. */
let kept: { listing: Listing; all: Neighbours } | undefined;

/**
 * The other sessions that contain some of the first rows of this one: those that begin with them too, and those that
 * have them later in the file. The latter are searched only when their times overlap. With a `memory`, files that have
 * not changed since an earlier look are not opened. Sorted by path.
 */
export function kinOf(path: string, sessionId: string, own: Head, memory?: KinMemory): Neighbour[] {
  const known = memory?.known;
  const listing = listingAround(path, known !== undefined && isOfHead(known, own));
  const files = filesToLookAt(sessionId, own, listing.files, known);
  const around = files === listing.files ? allOf(listing) : neighboursIn(files, listing.root);
  const sharing = new Set(own.rowIds.flatMap((id) => around.byRowId.get(id) ?? []));
  const further = holdersOf(around, { sessionId, path, head: own }, sharing);
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

/** The other sessions of the same time, but not those of `known`, that contain some of the first rows of this one. */
function holdersOf(around: Neighbours, own: Neighbour, known: ReadonlySet<Neighbour>): Neighbour[] {
  const living = livingAt(around, own.head);
  const index = rowIndex.number();
  const due = living.filter(
    (other) => other.index !== index && other.sessionId !== own.sessionId && !known.has(other),
  );
  const paths = rowIndex.holding(due, own.head.rowIds);
  for (const other of due) other.index = index;
  paths.delete(own.path);
  // Nearly always none.
  return paths.size === 0 ? [] : living.filter((other) => paths.has(other.path) && !known.has(other));
}

/** Sessions with rows from the time span of the first rows of this one. */
function livingAt({ all, lastMs }: Neighbours, { firstMs, headLastMs }: Head): Neighbour[] {
  const found: Neighbour[] = [];
  for (let at = countBegunBy(headLastMs, all) - 1; at >= 0; at--) {
    if ((lastMs[at] as number) < firstMs) break;
    const other = all[at] as Neighbour;
    if (other.head.lastMs >= firstMs) found.push(other);
  }
  return found;
}

/** How many entries of `all`, which is sorted by first time, begin at `atMs` or earlier. */
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
    rowIndex = createRowIndex();
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
  const byRowId = new Map<number, Neighbour[]>();
  for (const neighbour of all) {
    for (const id of neighbour.head.rowIds) {
      const same = byRowId.get(id);
      if (same === undefined) byRowId.set(id, [neighbour]);
      else same.push(neighbour);
    }
  }
  return { all, lastMs, byRowId };
}

/** The paths of the files that contain a row with this id, as a hash; others may be among them. */
export function filesHolding(files: readonly ListedFile[], rowId: number): Set<string> {
  return rowIndex.holding(files, [rowId]);
}

/** The head of a file that was read as a neighbour and has not changed since. Undefined otherwise. */
export function knownHead(path: string): Head | undefined {
  const known = heads.get(path);
  return known !== undefined && known.stamp === stampOf(path) ? known.head : undefined;
}

/** Heads are kept, since a command that reads all sessions asks for the neighbours of each. */
function headOf(path: string, sessionId: string, stamp: string): Head | undefined {
  const known = heads.get(path);
  if (known?.stamp === stamp) return known.head;
  const short = readHead(path, sessionId);
  // A copy with new ids is recognized by its first response, which may follow an image.
  const isLong = short?.mayRenew === true && !short.hasResponse;
  const head = isLong ? readLongHead(path, sessionId, short) : short;
  heads.set(path, { stamp, head });
  return head;
}
