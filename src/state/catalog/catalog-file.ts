import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { appendPrivate } from "../../disk/private.ts";
import { tryReadText } from "../../disk/read.ts";
import { sizeOf } from "../../disk/stat.ts";
import { type CatalogEntry, keyInLine, toLine } from "./catalog-line.ts";

/**
 * The file is compacted if it is larger than this and has more than `MOST_LINES` lines for each session. A process that
 * only adds to it checks this each time that the file has grown by so much.
 */
export const COMPACT_BYTES = 256 * 1024;
const MOST_LINES = 1.4;

/** Enough for more than 200,000 sessions. A larger file is replaced without being read. */
const MAX_BYTES = 256 << 20;

/** The content of `catalog.tsv`. */
export interface CatalogLines {
  /** The lines of each transcript, in order, as one text. */
  linesOf: Map<string, string>;
  /** Number of lines in the whole file. */
  lines: number;
  bytes: number;
}

/** Reads the file. A missing, unreadable or too large one has no lines. */
export function readCatalogFile(file: string): CatalogLines {
  const linesOf = new Map<string, string>();
  const bytes = sizeOf(file);
  const text = tryReadText(file, MAX_BYTES) ?? "";
  let lines = 0;
  for (let from = 0, feed = 0; feed !== -1; from = feed + 1) {
    feed = text.indexOf("\n", from);
    const line = feed === -1 ? text.slice(from) : text.slice(from, feed);
    if (line === "") continue;
    lines++;
    const key = keyInLine(line);
    if (key === undefined) continue;
    const same = linesOf.get(key);
    linesOf.set(key, same === undefined ? line : `${same}\n${line}`);
  }
  return { linesOf, lines, bytes };
}

/** Whether the file has so many replaced lines that it should be compacted. */
export function isLoose({ bytes, lines, linesOf }: CatalogLines): boolean {
  return bytes > MAX_BYTES || (bytes > COMPACT_BYTES && lines > linesOf.size * MOST_LINES);
}

/**
 * Appends entries in one write. It starts with a line feed, so that a line that another process left incomplete does
 * not damage it.
 */
export function appendEntries(file: string, entries: Iterable<CatalogEntry>): void {
  const text = [...entries].map(toLine).join("\n");
  if (text === "") return;
  try {
    // The folder may be missing: reading sessions needs no setup.
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendPrivate(file, `\n${text}\n`);
  } catch {
    // The disk is full or the folder is read-only. The next reader reads the session again.
  }
}

/** Rewrites the file with these entries only, without deleted transcripts that have no summary. */
export function rewriteEntries(file: string, entries: Iterable<CatalogEntry>): void {
  const live = [...entries].filter(({ path, summaryText }) => summaryText || existsSync(path));
  try {
    writeAtomic(file, `${live.map(toLine).join("\n")}\n`);
  } catch {
    // As above.
  }
}
