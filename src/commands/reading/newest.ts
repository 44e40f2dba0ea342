import type { Io } from "../../cli/io.ts";
import type { Config } from "../../config/load.ts";
import type { Candidate } from "../../search/list-sessions.ts";
import { factsOf, type SessionFacts } from "../../search/session-facts.ts";
import { type Collector, resultsOfParts } from "./kept-parts.ts";

/** The sessions among which a list is chosen. */
export interface Listable {
  candidates: Candidate[];
  /** Whether the session has a transcript. */
  has(sessionId: string): boolean;
  /** Whether there are more sessions than these, all of them older. */
  isCut?: boolean;
  /** The number of sessions that have a transcript with records, if it is known. */
  total?: number;
  /** To be called once the list is made. */
  close(): void;
}

/** The newest sessions of a part of the history. `total`: how many it has. */
interface Newest {
  rows: SessionFacts[];
  total: number;
}

/** As many as are listed by default. */
const KEPT = 20;

/** If more sessions than this are new, only the newest of them are read. */
const MOST_NEW = 60;

/**
 * The newest sessions of the whole history, without looking at sessions whose files are unchanged. Undefined if they
 * may not be enough for the request, if much of the history is new, or if it cannot be divided.
 */
export async function newestSessions(
  { limit, project, untilMs }: { limit: number; project?: string | undefined; untilMs?: number },
  config: Config,
  io: Io,
): Promise<Listable | undefined> {
  const request = { name: "sessions", key: "3", collect, mostNew: MOST_NEW };
  const kept = await resultsOfParts<Newest>(request, config, io);
  if (kept === undefined) return undefined;
  const { results, has } = kept;
  const isCut = results.some(({ rows, total }) => total > rows.length);
  if (isCut && (limit > KEPT || project !== undefined || untilMs !== undefined)) return undefined;
  const candidates = results.flatMap(({ rows }) =>
    rows.map((facts): Candidate => ({ atMs: facts.lastMs, row: () => ({ facts, hits: [] }) })),
  );
  const total = results.reduce((sum, part) => sum + part.total, 0);
  return { candidates, has, isCut, total, close() {} };
}

function collect(): Collector<Newest> {
  const rows: SessionFacts[] = [];
  return {
    add({ session, summary }) {
      const facts = factsOf(session, summary);
      if (facts !== undefined) rows.push(facts);
    },
    result() {
      const newest = rows.sort((a, b) => b.lastMs - a.lastMs).slice(0, KEPT);
      return { rows: newest, total: rows.length };
    },
  };
}
