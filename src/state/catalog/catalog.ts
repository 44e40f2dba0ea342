import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { appendPrivate } from "../../disk/private.ts";
import { tryReadText } from "../../disk/read.ts";
import { sizeOf } from "../../disk/stat.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import type { Summary } from "../../session/sums/summary.ts";
import type { Home } from "../home.ts";
import {
  type CatalogEntry,
  keyInLine,
  keyOf,
  parseLine,
  parseSummary,
  toLine,
  toSummaryText,
} from "./catalog-line.ts";
import { identityOf, isStanding } from "./file-identity.ts";

/**
 * What is known of every session that was read as a whole: the identity of its files, its summary, and the destinations
 * that have all of it. A reader that finds the files unchanged need not open them. The catalog only saves work: it may
 * be deleted, it is written without a lock, and the next reader replaces a lost or damaged entry.
 */
export interface Catalog {
  /** Looks up a session by its files' identity. To be called before the files are read. */
  look(session: SessionFiles): Looked;
  /** The latest entry of each transcript, including deleted transcripts. */
  entries(): Iterable<CatalogEntry>;
  /** Writes what was noted since the last call. Never throws, because nothing depends on it. */
  save(): void;
}

/** Where the files of a session are. */
type SessionFiles = Pick<FoundSession, "sessionId" | "path" | "isAlone" | "copies">;

/** A session's files at one moment, and what is known of them in that state. */
export interface Looked {
  /** Size of the main file. */
  bytes: number;
  /** The identity of the files. */
  identity: string;
  /** The session was known in another state: it is likely to change again. */
  readonly isGrowing: boolean;
  /** Whether everything in the files has been sent to the destination with this key. */
  isDelivered(destination: string): boolean;
  noteDelivered(destination: string): void;
  /**
   * The summary of the files, if it was noted under the same `key` (versions and prices) and the transcripts with which
   * the session shares history are still there.
   */
  summary(key: string): Summary | undefined;
  /** Whether the catalog has such a summary. Does not decode it, nor look whether the other transcripts are there. */
  hasSummary(key: string): boolean;
  /** Notes the summary. `kin`: the sessions with which it shares history. */
  noteSummary(key: string, summary: Summary, kin?: KinMemory): void;
  /**
   * The sessions with which it shares history, from the last reading that found them, even if the files have changed
   * since.
   */
  kin(): KinMemory;
}

/** Number of notes that are written together. A killed reader loses fewer than this. */
const BATCH = 256;

/**
 * The file is compacted if it is larger than this and has more than `MOST_LINES` lines for each session. A process that
 * only adds to it checks this each time that the file has grown by so much.
 */
const COMPACT_BYTES = 256 * 1024;
const MOST_LINES = 1.4;

/** Enough for more than 200,000 sessions. A larger file is replaced without being read. */
const MAX_BYTES = 256 << 20;

/**
 * Opens `catalog.tsv` in the state folder. A missing, unreadable or too large file counts as empty. It is read
 * when its contents are first needed: a process that only adds to it does not read it.
 */
export function openCatalog(home: Home): Catalog {
  const file = join(home.root, "catalog.tsv");
  let loaded: Loaded | undefined;
  const known = new Map<string, CatalogEntry | undefined>();
  const noted = new Map<string, CatalogEntry>();

  function load(): Loaded {
    loaded ??= readLines(file);
    return loaded;
  }

  /** The entry of a transcript, decoded on first use. */
  function entryOf(key: string): CatalogEntry | undefined {
    if (known.has(key)) return known.get(key);
    let entry: CatalogEntry | undefined;
    for (const line of load().linesOf.get(key)?.split("\n") ?? []) {
      const more = parseLine(line);
      if (more !== undefined) entry = merged(entry, more);
    }
    known.set(key, entry);
    return entry;
  }

  function* entries(): Generator<CatalogEntry> {
    for (const key of new Set([...load().linesOf.keys(), ...known.keys()])) {
      const entry = entryOf(key);
      if (entry !== undefined) yield entry;
    }
  }

  function look(session: SessionFiles): Looked {
    const { path, sessionId } = session;
    const key = keyOf(path);
    const identity = identityOf(session);
    const ofThese = (entry: CatalogEntry | undefined): CatalogEntry => {
      if (entry?.identity === identity.text) return entry;
      const kin = entry?.kin === undefined ? {} : { kin: entry.kin };
      return { path, sessionId, identity: identity.text, delivered: [], ...kin };
    };
    const latest = () => ofThese(entryOf(key));
    const note = (before: CatalogEntry, more: Partial<CatalogEntry>) => {
      const entry = { ...before, ...more };
      known.set(key, entry);
      noted.set(key, entry);
      if (noted.size >= BATCH) append();
    };
    const summary = (wanted: string) => {
      const { summaryKey, summaryText, kin } = latest();
      if (summaryKey !== wanted || summaryText === undefined || !isStanding(kin?.paths)) return undefined;
      return parseSummary(summaryText);
    };
    return {
      bytes: identity.main?.size ?? 0,
      identity: identity.text,
      get isGrowing() {
        return (entryOf(key)?.identity ?? identity.text) !== identity.text;
      },
      isDelivered: (destination) => latest().delivered.includes(destination),
      noteDelivered(destination) {
        const before = latest();
        const { delivered } = before;
        if (!delivered.includes(destination)) note(before, { delivered: [...delivered, destination] });
      },
      summary,
      hasSummary: (wanted) => {
        const { summaryKey, summaryText } = latest();
        return summaryKey === wanted && summaryText !== undefined;
      },
      kin() {
        const { kin: known } = latest();
        return known === undefined ? {} : { known };
      },
      noteSummary(summaryKey, sum, { known: kin } = {}) {
        if (loaded !== undefined && summary(summaryKey) !== undefined) return;
        const { firstRequest } = sum;
        const first = firstRequest === undefined ? {} : { firstRequest };
        const kinNow = kin === undefined ? {} : { kin };
        const before = ofThese(loaded === undefined ? known.get(key) : entryOf(key));
        note(before, { summaryKey, summaryText: toSummaryText(sum), ...first, ...kinNow });
      },
    };
  }

  /**
   * Appends all notes in one write. It starts with a line feed, so that a line that another process left incomplete
   * does not damage it.
   */
  function append(): void {
    if (noted.size === 0) return;
    const text = [...noted.values()].map(toLine).join("\n");
    noted.clear();
    try {
      // The folder may be missing: reading sessions needs no setup.
      mkdirSync(home.root, { recursive: true, mode: 0o700 });
      appendPrivate(file, `\n${text}\n`);
    } catch {
      // The disk is full or the folder is read-only. The next reader reads the session again.
    }
  }

  /** Rewrites the file without replaced lines, and without deleted transcripts that have no summary. */
  function compact(): void {
    const live = [...entries()].filter(({ path, summaryText }) => summaryText || existsSync(path));
    try {
      writeAtomic(file, `${live.map(toLine).join("\n")}\n`);
    } catch {
      // As above.
    }
  }

  return {
    look,
    entries,
    save() {
      if (loaded === undefined) {
        const before = sizeOf(file);
        append();
        if (Math.floor(before / COMPACT_BYTES) === Math.floor(sizeOf(file) / COMPACT_BYTES)) return;
        // What was noted here is in the file now.
        known.clear();
      }
      const { bytes, lines, linesOf } = load();
      const isLoose = bytes > MAX_BYTES || (bytes > COMPACT_BYTES && lines > linesOf.size * MOST_LINES);
      // If another process has written meanwhile, a later process compacts the file.
      if (isLoose && sizeOf(file) === bytes) compact();
      else append();
    },
  };
}

interface Loaded {
  /** The lines of each transcript, in order, as one text. */
  linesOf: Map<string, string>;
  /** Those of the whole file. */
  lines: number;
  bytes: number;
}

function readLines(file: string): Loaded {
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

/** Merges two entries. Two processes that have read the same files may each have noted something. */
function merged(before: CatalogEntry | undefined, entry: CatalogEntry): CatalogEntry {
  if (before === undefined || before.identity !== entry.identity) return entry;
  const delivered = [...new Set([...before.delivered, ...entry.delivered])];
  return { ...before, ...entry, delivered };
}
