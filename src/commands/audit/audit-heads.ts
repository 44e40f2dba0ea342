import { closeSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MAX_BYTES, openFile } from "../../disk/read.ts";

/** What the beginning of a transcript says without being parsed. */
export interface Head {
  /** The sessions that records there name. */
  sessionIds: string[];
  lastSessionId?: string;
  /** Ids of its first rows. */
  uuids: string[];
  /** It begins behind a compaction: a fork's rows may stand anywhere in its source. */
  isCut: boolean;
}

/** The beginnings of transcripts, each read once. */
export interface Heads {
  of(path: string): Head;
  /** The main transcripts of all projects that have rows in common with this one, or that one names in the other. */
  relativesOf(path: string): string[];
}

const HEAD_BYTES = 256 * 1024;
const MAX_UUIDS = 24;
const NAMED_ID = /"(?:sessionId|requestSessionId)":\s*"([^"]+)"/g;
const COMPACTED = /"compact_boundary"|"isCompactSummary":\s*true/;

export function createHeads(): Heads {
  const heads = new Map<string, Head>();
  const indexes = new Map<string, Index>();

  function of(path: string): Head {
    const known = heads.get(path);
    if (known !== undefined) return known;
    const text = beginningOf(path);
    const uuids = [...text.matchAll(/"uuid":\s*"([^"]+)"/g)].slice(0, MAX_UUIDS).map(([, id]) => String(id));
    const [beforeAnswer = ""] = text.split(/"type":\s*"assistant"/, 1);
    const sessionIds = [...text.matchAll(NAMED_ID)].map(([, id]) => String(id));
    const head: Head = { uuids, sessionIds: [...new Set(sessionIds)], isCut: COMPACTED.test(beforeAnswer) };
    const last = sessionIds.at(-1);
    if (last !== undefined) head.lastSessionId = last;
    heads.set(path, head);
    return head;
  }

  /** Of the projects' folder, or, for a transcript elsewhere, of its own. */
  function indexAround(path: string): Index {
    const folder = dirname(path);
    const isProject = basename(dirname(folder)) === "projects";
    const root = isProject ? dirname(folder) : folder;
    const known = indexes.get(root);
    if (known !== undefined) return known;
    const folders = isProject ? namesIn(root).map((name) => join(root, name)) : [folder];
    const index: Index = { byKey: new Map(), paths: folders.flatMap(transcriptsIn) };
    for (const other of index.paths) {
      for (const key of keysOf(other, of(other)))
        index.byKey.set(key, [...(index.byKey.get(key) ?? []), other]);
    }
    indexes.set(root, index);
    return index;
  }

  return {
    of,
    relativesOf(path) {
      const { byKey, paths } = indexAround(path);
      const own = of(path);
      const found = new Set(keysOf(path, own).flatMap((key) => byKey.get(key) ?? []));
      for (const other of paths) {
        if (found.has(other) || other === path) continue;
        const head = of(other);
        if ((own.isCut && holds(other, own.uuids)) || (head.isCut && holds(path, head.uuids)))
          found.add(other);
      }
      found.delete(path);
      return [...found].sort();
    },
  };
}

/** Transcripts, also by what they may have in common. */
interface Index {
  byKey: Map<string, string[]>;
  paths: string[];
}

function keysOf(path: string, { uuids, sessionIds }: Head): string[] {
  return [...new Set([...uuids, ...sessionIds, basename(path, ".jsonl")])];
}

function transcriptsIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".jsonl") && !name.startsWith("agent-"))
    .map((name) => join(folder, name));
}

/** Nothing where there is no folder, or one that may not be looked into. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether a row with one of the ids stands in the file. */
function holds(path: string, uuids: readonly string[]): boolean {
  const needles = uuids.map((id) => Buffer.from(`"${id}"`));
  return piecesOf(path, (piece) => needles.some((needle) => piece.includes(needle)));
}

function beginningOf(path: string): string {
  let text = "";
  piecesOf(path, (piece) => {
    text = piece.toString("utf8");
    return true;
  });
  return text;
}

/** Shows the file piece by piece, each with the end of the one before, until one is the right one. */
function piecesOf(path: string, isRight: (piece: Buffer) => boolean): boolean {
  const overlap = 128;
  const buffer = Buffer.allocUnsafe(overlap + HEAD_BYTES);
  let fd: number | undefined;
  try {
    fd = openFile(path, MAX_BYTES.transcript);
    for (let kept = 0; ; ) {
      const bytes = readSync(fd, buffer, kept, HEAD_BYTES, null);
      if (bytes === 0) return false;
      const size = kept + bytes;
      if (isRight(buffer.subarray(0, size))) return true;
      kept = Math.min(overlap, size);
      buffer.copyWithin(0, size - kept, size);
    }
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
