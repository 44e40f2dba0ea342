import { closeSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MAX_BYTES, openFile } from "../disk/read.ts";

/** What the beginning of a transcript says without being parsed. */
export interface Head {
  /** The sessions that records there name, in their order. */
  sessionIds: string[];
  /** Ids of its first rows. */
  uuids: string[];
}

/** The beginnings of transcripts, each read once. */
export interface Heads {
  of(path: string): Head;
  /** The main transcripts in the same folder that have rows in common with this one, or that one names in the other. */
  relativesOf(path: string): string[];
}

const HEAD_BYTES = 256 * 1024;
const MAX_UUIDS = 24;
const NAMED_ID = /"(?:sessionId|requestSessionId)":\s*"([^"]+)"/g;

export function createHeads(): Heads {
  const heads = new Map<string, Head>();
  const folders = new Map<string, Index>();

  function of(path: string): Head {
    const known = heads.get(path);
    if (known !== undefined) return known;
    const text = beginningOf(path);
    const uuids = [...text.matchAll(/"uuid":\s*"([^"]+)"/g)].slice(0, MAX_UUIDS).map(([, id]) => String(id));
    const head = { uuids, sessionIds: [...text.matchAll(NAMED_ID)].map(([, id]) => String(id)) };
    heads.set(path, head);
    return head;
  }

  function indexOf(folder: string): Index {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const index: Index = new Map();
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(".jsonl") || name.startsWith("agent-")) continue;
      const path = join(folder, name);
      for (const key of keysOf(path, of(path))) index.set(key, [...(index.get(key) ?? []), path]);
    }
    folders.set(folder, index);
    return index;
  }

  return {
    of,
    relativesOf(path) {
      const index = indexOf(dirname(path));
      const found = new Set(keysOf(path, of(path)).flatMap((key) => index.get(key) ?? []));
      found.delete(path);
      return [...found].sort();
    },
  };
}

/** Transcripts by what they may have in common. */
type Index = Map<string, string[]>;

function keysOf(path: string, { uuids, sessionIds }: Head): string[] {
  return [...new Set([...uuids, ...sessionIds, basename(path, ".jsonl")])];
}

function beginningOf(path: string): string {
  try {
    const fd = openFile(path, MAX_BYTES.transcript);
    try {
      const buffer = Buffer.allocUnsafe(HEAD_BYTES);
      return buffer.toString("utf8", 0, readSync(fd, buffer, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}
