import { join } from "node:path";
import { sizeOf } from "../../disk/stat.ts";
import type { Home } from "../home.ts";
import {
  appendEntries,
  type CatalogLines,
  COMPACT_BYTES,
  isLoose,
  readCatalogFile,
  rewriteEntries,
} from "./catalog-file.ts";
import { type CatalogEntry, parseLine } from "./catalog-line.ts";
import { type Looked, lookUp, type SessionFiles } from "./look-up.ts";

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

/** Number of notes that are written together. A killed reader loses fewer than this. */
const BATCH = 256;

/**
 * Opens `catalog.tsv` in the state folder. It is read when its contents are first needed: a process that only adds to
 * it does not read it.
 */
export function openCatalog(home: Home): Catalog {
  const file = join(home.root, "catalog.tsv");
  let loaded: CatalogLines | undefined;
  const known = new Map<string, CatalogEntry | undefined>();
  const noted = new Map<string, CatalogEntry>();

  function load(): CatalogLines {
    loaded ??= readCatalogFile(file);
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

  function append(): void {
    appendEntries(file, noted.values());
    noted.clear();
  }

  const knownOf = (key: string) => known.get(key);
  const isRead = () => loaded !== undefined;
  const note = (key: string, entry: CatalogEntry) => {
    known.set(key, entry);
    noted.set(key, entry);
    if (noted.size >= BATCH) append();
  };

  return {
    look: (session) => lookUp(session, { entryOf, knownOf, isRead, note }),
    entries,
    save() {
      if (loaded === undefined) {
        const before = sizeOf(file);
        append();
        if (Math.floor(before / COMPACT_BYTES) === Math.floor(sizeOf(file) / COMPACT_BYTES)) return;
        // What was noted here is in the file now.
        known.clear();
      }
      const lines = load();
      // If another process has written meanwhile, a later process compacts the file.
      if (isLoose(lines) && sizeOf(file) === lines.bytes) rewriteEntries(file, entries());
      else append();
    },
  };
}

/** Merges two entries. Two processes that have read the same files may each have noted something. */
function merged(before: CatalogEntry | undefined, entry: CatalogEntry): CatalogEntry {
  if (before === undefined || before.identity !== entry.identity) return entry;
  const delivered = [...new Set([...before.delivered, ...entry.delivered])];
  return { ...before, ...entry, delivered };
}
