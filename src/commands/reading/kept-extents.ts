import type { Io } from "../../cli/io.ts";
import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { type Extent, extentOf, type Limits, mayCount } from "../../stats/extent.ts";
import type { LookedUp } from "./history.ts";
import { type Collector, resultsOfParts } from "./kept-parts.ts";

/** What the sessions of a part are about. Numbers in place of texts are indexes in `texts`. */
interface Extents {
  texts: string[];
  sessions: KeptExtent[];
  /** When the latest of the sessions that were not looked up changed, in epoch ms. */
  leftOutMs?: number;
}

type KeptExtent = [
  folder: number,
  sessionId: string,
  isAlone: 0 | 1,
  firstMs: number,
  lastMs: number,
  projects: number[],
  models: number[],
];

/**
 * A file is never older than its last record, but the clock of another machine that wrote it may differ, or it was
 * copied by a program that rounds times.
 */
const GRACE_MS = 24 * 3_600_000;

/**
 * Calls `onSession` for each session of the whole history of which the request may count something. Does not look up
 * other sessions whose files are unchanged, or that changed last before the request begins. False if the history cannot
 * be divided: then nothing was called.
 */
export async function lookUpChosen(
  request: Limits,
  { config, io, onSession }: { config: Config; io: Io; onSession: (one: LookedUp) => void },
): Promise<boolean> {
  const isBefore = (changedMs: number) =>
    request.sinceMs !== undefined && changedMs < request.sinceMs - GRACE_MS;
  const neededBeside = ({ texts, sessions, leftOutMs }: Extents) => {
    if (leftOutMs !== undefined && !isBefore(leftOutMs)) return undefined;
    const named = (indexes: readonly number[]) => indexes.map((index) => texts[index] ?? "");
    return sessions.flatMap(([folder, sessionId, isAlone, firstMs, lastMs, projects, models]) => {
      const extent = { firstMs, lastMs, projects: named(projects), models: named(models) };
      return mayCount(request, extent) ? [sessionAt(texts[folder] ?? "", sessionId, isAlone)] : [];
    });
  };
  const kept = await resultsOfParts<Extents>(
    { name: "extents", key: "1", collect: () => collect(isBefore), neededBeside, onSession },
    config,
    io,
  );
  return kept !== undefined;
}

function sessionAt(folder: string, sessionId: string, isAlone: 0 | 1): FoundSession {
  const session = { sessionId, path: `${folder}${sessionId}.jsonl` };
  return isAlone === 1 ? { ...session, isAlone: true } : session;
}

/** `isBefore`: whether a session that changed last at this time, in epoch ms, is of no interest. */
function collect(isBefore: (changedMs: number) => boolean): Collector<Extents> {
  const indexes = new Map<string, number>();
  const sessions: KeptExtent[] = [];
  let leftOutMs: number | undefined;
  const indexOf = (text: string) => {
    const index = indexes.get(text) ?? indexes.size;
    indexes.set(text, index);
    return index;
  };
  const kept = ({ sessionId, path, isAlone }: FoundSession, extent: Extent): KeptExtent => [
    indexOf(path.slice(0, -`${sessionId}.jsonl`.length)),
    sessionId,
    isAlone ? 1 : 0,
    extent.firstMs,
    extent.lastMs,
    extent.projects.map(indexOf),
    extent.models.map(indexOf),
  ];
  return {
    add({ session, summary }) {
      const extent = extentOf(summary);
      if (extent !== undefined) sessions.push(kept(session, extent));
    },
    leavesOut(changedMs) {
      if (!isBefore(changedMs)) return false;
      leftOutMs = Math.max(leftOutMs ?? 0, changedMs);
      return true;
    },
    result: () => ({
      texts: [...indexes.keys()],
      sessions,
      ...(leftOutMs === undefined ? {} : { leftOutMs }),
    }),
  };
}
