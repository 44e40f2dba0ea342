import { closeSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { namesIn } from "../../disk/folder.ts";
import { MAX_BYTES, openFile } from "../../disk/read.ts";

/** What the beginning of a transcript says, found by patterns instead of a JSON parser. */
interface Head {
  /** The session ids in these records, in the order in which they appear. */
  sessionIds: string[];
  /** The uuids of the first rows. */
  uuids: string[];
  /** The ids of responses in these records, if the client gives new uuids to rows that it copies. */
  responses: string[];
  /** Whether it begins with a compaction. The rows of such a fork may stand anywhere in the source transcript. */
  isCut: boolean;
}

/** The beginnings of transcripts. Each is read once. */
export interface Heads {
  of(path: string): Head;
  /**
   * Returns the main transcripts of all projects that share rows with this one, or where one names the session of the
   * other.
   */
  relativesOf(path: string): string[];
}

const HEAD_BYTES = 256 * 1024;
const MAX_UUIDS = 24;
const NAMED_ID = /"(?:sessionId|requestSessionId)":\s*"([^"]+)"/g;
/** A prompt may hold images, and the first response follows it. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Matches a record of a client up to 2.1.29, which may give new uuids to what it copies, and the id of a response. */
const RENEWS_LINES = /"version":\s*"(?:[01]\.|2\.0\.|2\.1\.(?:\d|[12]\d)")/;
const RESPONSE_ID = /"message":\s*\{"id":\s*"([^"]+)"/g;
const COMPACTED = /"compact_boundary"|"isCompactSummary":\s*true/;

/** Creates an empty cache of beginnings. It reads a transcript when it is first needed. */
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
    const responses = RENEWS_LINES.test(text)
      ? [...text.matchAll(RESPONSE_ID)].map(([, id]) => String(id))
      : [];
    const isCut = COMPACTED.test(beforeAnswer);
    const head: Head = { uuids, responses, sessionIds: [...new Set(sessionIds)], isCut };
    heads.set(path, head);
    return head;
  }

  /** Returns the index of all projects, or of the transcript's own folder if it lies elsewhere. */
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

/** All transcripts, and the transcripts by each row id and session id at their beginning. */
interface Index {
  byKey: Map<string, string[]>;
  paths: string[];
}

function keysOf(path: string, { uuids, responses, sessionIds }: Head): string[] {
  return [...new Set([...uuids, ...responses, ...sessionIds, basename(path, ".jsonl")])];
}

function transcriptsIn(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".jsonl") && !name.startsWith("agent-"))
    .map((name) => join(folder, name));
}

/** Returns whether the file holds a row with one of the ids. */
function holds(path: string, uuids: readonly string[]): boolean {
  const needles = uuids.map((id) => Buffer.from(`"${id}"`));
  return piecesOf(path, (piece) => needles.some((needle) => piece.includes(needle)));
}

function beginningOf(path: string): string {
  let text = "";
  piecesOf(path, (piece) => {
    text += piece.toString("utf8");
    return !RENEWS_LINES.test(text) || text.search(RESPONSE_ID) !== -1 || text.length > MOST_BYTES;
  });
  return text;
}

/**
 * Passes the file to `isRight` piece by piece until one piece matches. Each piece begins with the last bytes of the
 * previous one, so that an id across two pieces is found.
 */
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
