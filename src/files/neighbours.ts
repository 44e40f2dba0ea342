import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { chunks, withFile } from "./file-position.ts";
import { type Head, readHead } from "./head.ts";

/** Another session's transcript, where a fork's source may be. */
export interface Neighbour {
  sessionId: string;
  path: string;
  head: Head;
}

const TRANSCRIPT = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/i;

/** A listing of many files is good for so long: a command that reads all of them asks for each. */
const KEEP_MS = 2_000;
const MANY = 200;

/** Heads by path, as long as their files are as they were; those of one root. */
const heads = new Map<string, { stamp: string; head: Head | undefined }>();

let kept: ({ folder: string; atMs: number } & Neighbours) | undefined;

/** The sessions around one, also by the ids of their first rows: with thousands of them, each can be looked for. */
interface Neighbours {
  all: Neighbour[];
  byUuid: Map<string, Neighbour[]>;
}

/**
 * The other sessions that hold some of the first rows of this one: those that begin with them too, and those that have
 * them further behind, which only their time lets suspect.
 */
export function kinOf(path: string, sessionId: string, own: Head): Neighbour[] {
  const { all, byUuid } = neighboursOf(path);
  const sharing = new Set(own.uuids.flatMap((uuid) => byUuid.get(uuid) ?? []));
  return all.filter((other) => {
    if (other.sessionId === sessionId) return false;
    if (sharing.has(other)) return true;
    const { firstMs, lastMs } = other.head;
    return firstMs <= own.headLastMs && lastMs >= own.firstMs && holdsAny(other.path, own.uuids);
  });
}

/**
 * The sessions that are kept where this one is: of all projects, since a fork may go on in another; beside a file that
 * lies elsewhere, those of its folder.
 */
function neighboursOf(path: string): Neighbours {
  const folder = dirname(path);
  const root = basename(dirname(folder)) === "projects" ? dirname(folder) : folder;
  if (kept?.folder === root && Date.now() - kept.atMs < KEEP_MS) return kept;
  if (kept?.folder !== root) heads.clear();
  const all = listNeighbours(root === folder ? [folder] : subfoldersOf(root));
  const byUuid = new Map<string, Neighbour[]>();
  for (const neighbour of all) {
    for (const uuid of neighbour.head.uuids) {
      const same = byUuid.get(uuid);
      if (same === undefined) byUuid.set(uuid, [neighbour]);
      else same.push(neighbour);
    }
  }
  kept = { folder: root, atMs: all.length > MANY ? Date.now() : 0, all, byUuid };
  return kept;
}

function listNeighbours(folders: string[]): Neighbour[] {
  return folders.flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const sessionId = TRANSCRIPT.exec(name)?.[1];
      if (sessionId === undefined) return [];
      const path = join(folder, name);
      const head = headOf(path, sessionId);
      return head === undefined ? [] : [{ sessionId, path, head }];
    }),
  );
}

/** A command that reads all sessions asks for the neighbours of each; what has not changed is not read again. */
function headOf(path: string, sessionId: string): Head | undefined {
  const stamp = stampOf(path);
  if (stamp === undefined) return undefined;
  const known = heads.get(path);
  if (known?.stamp === stamp) return known.head;
  const head = readHead(path, sessionId);
  heads.set(path, { stamp, head });
  return head;
}

/** Undefined where there is no file, or links go round in a circle. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch {
    return undefined;
  }
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

/** Whether one of the ids stands in the file, as a whole string. */
function holdsAny(path: string, ids: readonly string[]): boolean {
  const needles = ids.map((id) => Buffer.from(`"${id}"`));
  const longest = Math.max(...needles.map(({ length }) => length));
  const search = (fd: number): boolean => {
    let rest = Buffer.alloc(0);
    for (const piece of chunks(fd, 0)) {
      const bytes = Buffer.concat([rest, piece]);
      if (needles.some((needle) => bytes.includes(needle))) return true;
      rest = Buffer.from(bytes.subarray(-longest));
    }
    return false;
  };
  try {
    return withFile(path, search) ?? false;
  } catch {
    return false;
  }
}
