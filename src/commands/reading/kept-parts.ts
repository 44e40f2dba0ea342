import { join } from "node:path";
import type { Io } from "../../cli/io.ts";
import { sayElsewhere, searchOf } from "../../cli/search.ts";
import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { isStanding, lookAtFiles } from "../../state/catalog/file-identity.ts";
import { growingSessions } from "../../state/catalog/growing.ts";
import { type HistoryPart, lookAtHistory } from "../../state/catalog/history-parts.ts";
import { openPartNotes } from "../../state/catalog/part-notes.ts";
import { homeAt } from "../../state/home.ts";
import type { LookedUp } from "./history.ts";
import { openKnown, summaryKey } from "./known-summaries.ts";

/** Works out a result of the sessions that are added. The result is plain JSON. */
export interface Collector<Result> {
  add(one: LookedUp): void;
  /** Whether a session whose files changed last at this time, in epoch ms, is left out: it is then not looked up. */
  leavesOut?(changedMs: number): boolean;
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
  /**
   * The sessions of a part that have to be looked up although its result is kept. Undefined if the kept result is not
   * enough, so that the part is collected again.
   */
  neededBeside?(result: Result): FoundSession[] | undefined;
  /** Gives up if more sessions than this would have to be read, because they are not in the catalog. */
  mostNew?: number;
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
  const { name, key, collect, mayKeep, mostNew, onSession } = request;
  const home = homeAt(config.home);
  sayElsewhere(io);
  const history = lookAtHistory(join(searchOf(io).configDir, "projects"), growingSessions(home));
  if (history === undefined) return undefined;
  const { parts, has } = history;
  const notes = openPartNotes<Kept<Result>>(home, name, JSON.stringify([SHAPE, summaryKey(config), key]));
  const { results, needed, rest } = sortOut(parts, notes.of, request);
  if (rest.length === 0 && needed.length === 0) return { results, has };
  const open = rest.map((part) => openPart(part, collect()));
  const openOf = new Map(open.flatMap((one) => one.sessions.map((session) => [session, one] as const)));
  if (mostNew !== undefined && hasMoreNew(mostNew, [...openOf.keys()], config)) return undefined;
  const { summariesOf } = await import("./history.ts");
  for await (const one of summariesOf([...openOf.keys(), ...needed], config, io)) {
    onSession?.(one);
    const its = openOf.get(one.session);
    if (its !== undefined) addTo(its, one);
  }
  for (const { part, sessions, collector, kin, final } of open) {
    const result = collector.result();
    results.push(result);
    // Without a session that could not be read, or that is unfinished, the result does not stand.
    if (final === sessions.length && mayKeep?.(result) !== false)
      notes.note(part, kin.size === 0 ? { result } : { result, kin: [...kin] });
  }
  const present = new Set(parts.map((part) => part.key));
  notes.save((part) => present.has(part));
  return { results, has };
}

/** The kept results that are enough, the sessions that are needed beside them, and the parts without such a result. */
function sortOut<Result>(
  parts: readonly HistoryPart[],
  keptOf: (part: HistoryPart) => Kept<Result> | undefined,
  { neededBeside = () => [] }: Pick<Request<Result>, "neededBeside">,
) {
  const results: Result[] = [];
  const needed: FoundSession[] = [];
  const rest = parts.filter((part) => {
    const kept = keptOf(part);
    const more = kept !== undefined && isStanding(kept.kin) ? neededBeside(kept.result) : undefined;
    if (kept === undefined || more === undefined) return true;
    results.push(kept.result);
    needed.push(...more);
    return false;
  });
  return { results, needed, rest };
}

/** A part whose result is collected. */
interface OpenPart<Result> {
  part: HistoryPart;
  collector: Collector<Result>;
  /** Its sessions, without those that are left out. */
  sessions: FoundSession[];
  /** How many of them were looked up, and do not change without their files. */
  final: number;
  /** The transcripts that share history with them. */
  kin: Set<string>;
}

function openPart<Result>(part: HistoryPart, collector: Collector<Result>): OpenPart<Result> {
  const { leavesOut } = collector;
  const all = part.sessions();
  const sessions = leavesOut === undefined ? all : all.filter((session) => !leavesOut(changedMsOf(session)));
  return { part, collector, sessions, final: 0, kin: new Set() };
}

function addTo<Result>(open: OpenPart<Result>, one: LookedUp): void {
  if (one.summary.isUnfinished === undefined) open.final++;
  open.collector.add(one);
  for (const path of one.kin.known?.paths ?? []) open.kin.add(path);
}

/** Whether the catalog lacks more than `most` of the sessions. */
function hasMoreNew(most: number, sessions: readonly FoundSession[], config: Config): boolean {
  if (sessions.length <= most) return false;
  const { catalog, key } = openKnown(config);
  return sessions.filter((session) => !catalog.look(session).hasSummary(key)).length > most;
}

/** When a file of the session changed last, in epoch ms. A subagent may write when the session itself no longer does. */
function changedMsOf(session: FoundSession): number {
  const { main, below } = lookAtFiles(session);
  return Math.max(main?.mtimeMs ?? 0, below.latestMs);
}
