import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { appendPrivate } from "../../disk/private.ts";
import { tryReadText } from "../../disk/read.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/known-kin.ts";
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
import { identityOf } from "./file-identity.ts";

/**
 * What is known of every session that was read as a whole: what its files looked like, what it adds up to, and who has
 * been sent all of it. Whoever finds a session's files unchanged need not open them. It only spares work: it may be thrown
 * away, it is written without a lock, and an entry that is lost or damaged is made again by the next reader.
 */
export interface Catalog {
  /** Looks at the session's files, before they are read. */
  look(session: Pick<FoundSession, "sessionId" | "path" | "isAlone">): Looked;
  /** The latest entry of each transcript, also of those that are gone. */
  entries(): Iterable<CatalogEntry>;
  /** Writes what was noted since the last time. Never throws: nothing depends on it. */
  save(): void;
}

/** A session's files at one moment, and what is known of them as they were then. */
export interface Looked {
  /** Of the main file. */
  bytes: number;
  /** Whether all that is in the files has been sent to the destination. */
  isDelivered(destination: string): boolean;
  noteDelivered(destination: string): void;
  /** The summary of the files; `key`: what it must depend on, as it was noted. */
  summary(key: string): Summary | undefined;
  /** `kin`: what its reading knows of the sessions whose history it shares. */
  noteSummary(key: string, summary: Summary, kin?: KinMemory): void;
  /** What the last reading that said so knew of these, also where the files have changed since. */
  kin(): KinMemory;
}

/** So many notes are written at once; a reader that is killed loses no more than these. */
const BATCH = 256;

/** A file is written anew when it is larger than that, and has so many lines a session. */
const COMPACT_BYTES = 256 * 1024;
const MOST_LINES = 1.4;

/** More than 200,000 sessions take. What is larger is not read, but replaced. */
const MAX_BYTES = 256 << 20;

export function openCatalog(home: Home): Catalog {
  const file = join(home.root, "catalog.tsv");
  const { linesOf, lines, bytes } = load(file);
  const known = new Map<string, CatalogEntry | undefined>();
  const noted = new Map<string, CatalogEntry>();

  /** What is known of a transcript, decoded when it is first asked for. */
  function entryOf(key: string): CatalogEntry | undefined {
    if (known.has(key)) return known.get(key);
    let entry: CatalogEntry | undefined;
    for (const line of linesOf.get(key)?.split("\n") ?? []) {
      const more = parseLine(line);
      if (more !== undefined) entry = merged(entry, more);
    }
    known.set(key, entry);
    return entry;
  }

  function* entries(): Generator<CatalogEntry> {
    for (const key of new Set([...linesOf.keys(), ...known.keys()])) {
      const entry = entryOf(key);
      if (entry !== undefined) yield entry;
    }
  }

  function look(session: Pick<FoundSession, "sessionId" | "path" | "isAlone">): Looked {
    const { path, sessionId } = session;
    const key = keyOf(path);
    const identity = identityOf(session);
    const latest = (): CatalogEntry => {
      const entry = entryOf(key);
      if (entry?.identity === identity.text) return entry;
      const kin = entry?.kin === undefined ? {} : { kin: entry.kin };
      return { path, sessionId, identity: identity.text, delivered: [], ...kin };
    };
    const note = (more: Partial<CatalogEntry>) => {
      const entry = { ...latest(), ...more };
      known.set(key, entry);
      noted.set(key, entry);
      if (noted.size >= BATCH) append();
    };
    const summary = (wanted: string) => {
      const { summaryKey, summaryText } = latest();
      return summaryKey === wanted && summaryText !== undefined ? parseSummary(summaryText) : undefined;
    };
    return {
      bytes: identity.bytes,
      isDelivered: (destination) => latest().delivered.includes(destination),
      noteDelivered(destination) {
        const { delivered } = latest();
        if (!delivered.includes(destination)) note({ delivered: [...delivered, destination] });
      },
      summary,
      kin() {
        const { kin: known } = latest();
        return known === undefined ? {} : { known };
      },
      noteSummary(summaryKey, sum, { known: kin } = {}) {
        if (summary(summaryKey) !== undefined) return;
        const { firstRequest } = sum;
        const first = firstRequest === undefined ? {} : { firstRequest };
        const kinNow = kin === undefined ? {} : { kin };
        note({ summaryKey, summaryText: toSummaryText(sum), ...first, ...kinNow });
      },
    };
  }

  /** One write, which begins with a line of its own: what another process left half is no part of it. */
  function append(): void {
    if (noted.size === 0) return;
    const text = [...noted.values()].map(toLine).join("\n");
    noted.clear();
    try {
      // Nothing may have been set up here yet: looking at sessions needs no set-up.
      mkdirSync(home.root, { recursive: true, mode: 0o700 });
      appendPrivate(file, `\n${text}\n`);
    } catch {
      // A full disk, or a folder that may not be written: the next reader reads again.
    }
  }

  /** Leaves out what was replaced, and transcripts that are gone without a summary. */
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
      const isLoose = bytes > MAX_BYTES || (bytes > COMPACT_BYTES && lines > linesOf.size * MOST_LINES);
      // Where another process has written meanwhile, clearing away is left to whoever comes next.
      if (isLoose && sizeOf(file) === bytes) compact();
      else append();
    },
  };
}

/** The lines of each transcript, in their order, as one text; `lines` and `bytes` are all that the file has. */
function load(file: string): { linesOf: Map<string, string>; lines: number; bytes: number } {
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

/** Two processes that have read the same files know what each of them has noted. */
function merged(before: CatalogEntry | undefined, entry: CatalogEntry): CatalogEntry {
  if (before === undefined || before.identity !== entry.identity) return entry;
  const delivered = [...new Set([...before.delivered, ...entry.delivered])];
  return { ...before, ...entry, delivered };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
