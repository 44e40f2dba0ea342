import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import type { Summary } from "../../session/sums/summary.ts";
import { type CatalogEntry, keyOf, parseSummary, toSummaryText } from "./catalog-line.ts";
import { identityOf, isStanding } from "./file-identity.ts";

/** Where the files of a session are. */
export type SessionFiles = Pick<FoundSession, "sessionId" | "path" | "isAlone" | "copies">;

/** A session's files at one moment, and what is known of them in that state. */
export interface Looked {
  /** Size of the main file. */
  bytes: number;
  /** The identity of the files. */
  identity: string;
  /** The session was known in another state, or a client still works on it: it is likely to change again. */
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
  /**
   * Notes the summary. `kin`: the sessions with which it shares history. A summary that is unfinished answers no later
   * look: it changes without a change of the files when its client is killed.
   */
  noteSummary(key: string, summary: Summary, kin?: KinMemory): void;
  /**
   * The sessions with which it shares history, from the last reading that found them, even if the files have changed
   * since.
   */
  kin(): KinMemory;
}

/** The entries of the catalog, by the key of their transcript. */
interface Entries {
  /** The latest entry. Reads the file if it has not been read. */
  entryOf(key: string): CatalogEntry | undefined;
  /** The latest entry, as far as it is known without reading the file. */
  knownOf(key: string): CatalogEntry | undefined;
  /** Whether the file has been read. */
  isRead(): boolean;
  note(key: string, entry: CatalogEntry): void;
}

/** The key of summaries that answer no look. */
const UNFINISHED = "unfinished";

/** Looks up a session in the catalog by its files' identity. */
export function lookUp(session: SessionFiles, { entryOf, knownOf, isRead, note }: Entries): Looked {
  const { path, sessionId } = session;
  const key = keyOf(path);
  const identity = identityOf(session);
  const ofThese = (entry: CatalogEntry | undefined): CatalogEntry => {
    if (entry?.identity === identity.text) return entry;
    const kin = entry?.kin === undefined ? {} : { kin: entry.kin };
    return { path, sessionId, identity: identity.text, delivered: [], ...kin };
  };
  const latest = () => ofThese(entryOf(key));
  const summary = (wanted: string) => {
    const { summaryKey, summaryText, kin } = latest();
    if (summaryKey !== wanted || summaryText === undefined || !isStanding(kin?.paths)) return undefined;
    return parseSummary(summaryText);
  };
  return {
    bytes: identity.main?.size ?? 0,
    identity: identity.text,
    get isGrowing() {
      const entry = entryOf(key);
      return entry !== undefined && (entry.identity !== identity.text || entry.summaryKey === UNFINISHED);
    },
    isDelivered: (destination) => latest().delivered.includes(destination),
    noteDelivered(destination) {
      const before = latest();
      const { delivered } = before;
      if (!delivered.includes(destination)) note(key, { ...before, delivered: [...delivered, destination] });
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
    noteSummary(wanted, sum, { known: kin } = {}) {
      if (isRead() && summary(wanted) !== undefined) return;
      const summaryKey = sum.isUnfinished ? UNFINISHED : wanted;
      const { firstRequest } = sum;
      const first = firstRequest === undefined ? {} : { firstRequest };
      const kinNow = kin === undefined ? {} : { kin };
      const before = ofThese(isRead() ? entryOf(key) : knownOf(key));
      note(key, { ...before, summaryKey, summaryText: toSummaryText(sum), ...first, ...kinNow });
    },
  };
}
