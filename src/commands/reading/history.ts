import type { Input } from "../../cli/command.ts";
import type { Io } from "../../cli/io.ts";
import { sayLeftOut } from "../../cli/left-out.ts";
import { createProgress } from "../../cli/progress.ts";
import { sayElsewhere, searchOf } from "../../cli/search.ts";
import type { Config } from "../../config/load.ts";
import {
  type FoundSession,
  findAllSessions,
  findNewestSession,
  findSessions,
} from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import { interpretOnly, optimizeIfMuchIsRead } from "../../files/v8-flags.ts";
import type { Summary } from "../../session/sums/summary.ts";
import type { Looked } from "../../state/catalog/look-up.ts";
import type { SessionSummary } from "../../stats/stats.ts";
import { plural } from "../../units.ts";
import { type KnownSummaries, openKnown } from "./known-summaries.ts";
import type { Summaries } from "./summaries.ts";
import type { AddingAhead, Machine } from "./threads/adding-ahead.ts";

/** A session that was looked up, with its summary. */
export interface LookedUp extends SessionSummary {
  session: FoundSession;
  /** The identity of its files, as in the catalog. */
  identity: string;
  /** What is known of the sessions with which it shares history. */
  kin: KinMemory;
}

/** Up to this many sessions, it is likely that only the last of them is new. */
const FEW = 100;

/**
 * Loads the code that reads sessions. For a few, it is optimized only once much is read: one is over before that pays.
 * A run that leaves its compiled code to the next sets no flags, and no run sets them before it has loaded such code:
 * V8 takes it only under the flags that it was saved with.
 */
async function reader(
  config: Config,
  known: KnownSummaries,
  { isMuch }: { isMuch: boolean },
  io: Io,
): Promise<Summaries["of"]> {
  const { openSummaries } = await import("./summaries.ts");
  if (!isMuch && io.setV8Flag !== undefined && io.code?.isKept() === true) {
    interpretOnly(io.setV8Flag);
    optimizeIfMuchIsRead();
  }
  return openSummaries(config, known).of;
}

/** Finds the sessions that the arguments name, or all. Throws a `UserError` or `NothingThere` if there is none. */
export function sessionsOf({ targets }: Pick<Input, "targets">, io: Io): FoundSession[] {
  const search = searchOf(io);
  if (targets.length > 0) return findSessions(targets, search);
  sayElsewhere(io);
  return findAllSessions(search);
}

/** Finds the sessions that the arguments name, or the newest of the current folder. Throws a `UserError` without one. */
export function sessionsOrNewest({ targets }: Pick<Input, "targets">, io: Io): FoundSession[] {
  const search = searchOf(io);
  return targets.length > 0 ? findSessions(targets, search) : [findNewestSession(search)];
}

/**
 * Yields the summaries of many sessions, one after the other, with what is known of the kin of each. Reports sessions
 * that cannot be read, and leaves them out. Shows the progress on a terminal. Loads the code that reads sessions only
 * if the catalog lacks one. If it lacks many, threads read them.
 */
export async function* summariesOf(
  sessions: readonly FoundSession[],
  config: Config,
  io: Io,
  machine: Machine = {},
): AsyncGenerator<LookedUp> {
  const known = openKnown(config);
  const { catalog, key } = known;
  const progress = createProgress(io);
  // If all of them are sessions that grow, the catalog may not even be needed.
  const isGrowing = sessions.every(({ sessionId }) => known.growing.has(sessionId));
  const looks = sessions.map((session) => ({ session, looked: catalog.look(session) }));
  const ahead = isGrowing
    ? undefined
    : await startThreads(looks, { config, key, program: io.program }, machine);
  let read: Summaries["of"] | undefined;
  /** Reads the session. Undefined if that fails, which is reported. */
  const summaryOf = async (session: FoundSession): Promise<Summary | undefined> => {
    read ??= await reader(config, known, { isMuch: sessions.length > FEW || ahead !== undefined }, io);
    try {
      return read(session);
    } catch (error) {
      await sayLeftOut(error, io);
      return undefined;
    }
  };
  let done = 0;
  try {
    for (const { session, looked } of looks) {
      progress.show(done / sessions.length, `${done++} of ${plural(sessions.length, "session")}`);
      const noted = isGrowing ? undefined : (looked.summary(key) ?? (await ahead?.of(session)));
      const summary = noted ?? (await summaryOf(session));
      if (summary === undefined) continue;
      const { identity } = looked;
      yield { session, sessionId: session.sessionId, summary, identity, kin: looked.kin() };
    }
  } finally {
    progress.clear();
    await ahead?.stop();
    catalog.save();
  }
}

/** Starts threads for the sessions that the catalog lacks, if these are many. */
async function startThreads(
  looks: readonly { session: FoundSession; looked: Looked }[],
  use: { config: Config; key: string; program: string },
  machine: Machine,
): Promise<AddingAhead | undefined> {
  // A session that grows leaves its state to the next look, which only the main thread writes.
  const unknown = looks.filter(({ looked }) => !looked.hasSummary(use.key) && !looked.isGrowing);
  if (unknown.length < 2) return undefined;
  const { addAhead } = await import("./threads/adding-ahead.ts");
  return addAhead(unknown, use, machine);
}
