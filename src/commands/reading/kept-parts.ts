import { join } from "node:path";
import type { Io } from "../../cli/io.ts";
import { searchOf } from "../../cli/search.ts";
import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { isStanding, lookAtFiles } from "../../state/catalog/file-identity.ts";
import { growingSessions } from "../../state/catalog/growing.ts";
import { lookAtHistory } from "../../state/catalog/history-parts.ts";
import { openPartNotes } from "../../state/catalog/part-notes.ts";
import { homeAt } from "../../state/home.ts";
import type { LookedUp } from "./history.ts";
import { openKnown, summaryKey } from "./known-summaries.ts";

/** Works out a result of the sessions that are added. The result is plain JSON. */
export interface Collector<Result> {
  add(one: LookedUp): void;
  /** Takes note of a session that is not looked up. */
  leaveOut?(changedMs: number): void;
  result(): Result;
}

interface Request<Result> {
  /** The name of the file with the results. */
  name: string;
  /** What the results depend on besides the sessions' summaries. */
  key: string;
  collect(): Collector<Result>;
  /** Whether a result may be kept. */
  mayKeep?(result: Result): boolean;
  /** Whether a result that was kept is enough. */
  isEnough?(result: Result): boolean;
  /**
   * Whether a session that changed last at this time (epoch ms) need not be looked up, if its part has no result that is
   * kept.
   */
  isBefore?(changedMs: number): boolean;
  /** Gives up if more sessions than this would have to be read, because they are not in the catalog. */
  mostNew?: number;
  /** The sessions of a part with this result that have to be looked up although the result is kept. */
  needs?(result: Result): FoundSession[];
  /** Is called for each session that was looked up: all of parts that are not kept, and those that are needed. */
  onSession?(one: LookedUp): void;
}

/** `kin`: the transcripts that share history with the sessions. While they are all there, the result stands. */
interface Kept<Result> {
  result: Result;
  kin?: string[];
}

/** Version of what is kept. Another version is not used. */
const SHAPE = 2;

interface Results<Result> {
  /** One for each part. */
  results: Result[];
  /** As in `History`. */
  has(sessionId: string): boolean;
}

/**
 * Returns a result for each part of the whole history. Keeps the results: of a part whose files are unchanged, no
 * session is looked up. Undefined if the history cannot be divided, as with links in it, or if too much of it is new.
 */
export async function resultsOfParts<Result>(
  request: Request<Result>,
  config: Config,
  io: Io,
): Promise<Results<Result> | undefined> {
  const { name, key, collect, mayKeep, isEnough, isBefore, mostNew, needs, onSession } = request;
  const home = homeAt(config.home);
  const history = lookAtHistory(join(searchOf(io).configDir, "projects"), growingSessions(home));
  if (history === undefined) return undefined;
  const { parts, has } = history;
  const notes = openPartNotes<Kept<Result>>(home, name, JSON.stringify([SHAPE, summaryKey(config), key]));
  const results: Result[] = [];
  const needed: FoundSession[] = [];
  const rest = parts.filter((part) => {
    const kept = notes.of(part);
    if (kept === undefined || !isStanding(kept.kin) || isEnough?.(kept.result) === false) return true;
    results.push(kept.result);
    if (needs !== undefined) needed.push(...needs(kept.result));
    return false;
  });
  if (rest.length === 0 && needed.length === 0) return { results, has };
  const open = rest.map((part) => ({ part, collector: collect(), kin: new Set<string>(), left: 0 }));
  const openOf = new Map<FoundSession, (typeof open)[number]>();
  for (const one of open)
    for (const session of one.part.sessions()) {
      const changedMs = isBefore === undefined ? 0 : changedMsOf(session);
      if (isBefore?.(changedMs)) {
        one.collector.leaveOut?.(changedMs);
        continue;
      }
      one.left++;
      openOf.set(session, one);
    }
  if (mostNew !== undefined && openOf.size > mostNew) {
    const { catalog, key: known } = openKnown(config);
    const fresh = [...openOf.keys()].filter((session) => !catalog.look(session).hasSummary(known));
    if (fresh.length > mostNew) return undefined;
  }
  const { summariesOf } = await import("./history.ts");
  for await (const one of summariesOf([...openOf.keys(), ...needed], config, io)) {
    onSession?.(one);
    const its = openOf.get(one.session);
    if (its === undefined) continue;
    its.left--;
    its.collector.add(one);
    for (const path of one.kin.known?.paths ?? []) its.kin.add(path);
  }
  for (const { part, collector, kin, left } of open) {
    const result = collector.result();
    results.push(result);
    // Without a session that could not be read, the result does not stand.
    if (left === 0 && mayKeep?.(result) !== false)
      notes.note(part, kin.size === 0 ? { result } : { result, kin: [...kin] });
  }
  const present = new Set(parts.map((part) => part.key));
  notes.save((part) => present.has(part));
  return { results, has };
}

/** When a file of the session changed last, in epoch ms. A subagent may write when the session itself no longer does. */
function changedMsOf(session: FoundSession): number {
  const { main, below } = lookAtFiles(session);
  return Math.max(main?.mtimeMs ?? 0, below.latestMs);
}
