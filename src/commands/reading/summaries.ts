import type { Config } from "../../config/load.ts";
import { openSinceMs } from "../../files/alive.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import type { KinMemory } from "../../files/kin/known-kin.ts";
import type { Summary } from "../../session/sums/summary.ts";
import type { Looked } from "../../state/catalog/look-up.ts";
import { homeAt } from "../../state/home.ts";
import { summarizeGrowing, summarizeGrown } from "./growing-session.ts";
import { openKnown } from "./known-summaries.ts";
import { summarizeWhole, summaryOptionsOf } from "./summarize.ts";

/** Summaries of sessions. The catalog keeps them, so that an unchanged session is not read again. */
export interface Summaries {
  /** Returns the summary from the catalog, or reads the session. */
  of(session: FoundSession): Summary;
  /**
   * For callers that read the whole session anyway. Call it before reading, pass `kin` to the reading, and the summary
   * to `note` afterward.
   */
  reading(session: FoundSession): { kin: KinMemory; note(summary: Summary): void };
  /** Returns the ids of sessions that are known to be forks of this one. */
  forksOf(sessionId: string): string[];
  /** Writes new summaries to the catalog. */
  save(): void;
}

/** Opens the catalog in ccotel's folder, or uses an open one. Throws a `UserError` for a faulty price file. */
export function openSummaries(config: Config, { catalog, key, growing } = openKnown(config)): Summaries {
  const options = summaryOptionsOf(config);
  const home = homeAt(config.home);
  const left = new Set(growing);
  /** Unfinished summaries, which the catalog does not keep, with the files and the client that they depend on. */
  const unfinished = new Map<string, { identity: string; sinceMs: number; summary: Summary }>();

  function read(session: FoundSession, looked: Looked): Summary {
    const { sessionId } = session;
    const { identity } = looked;
    const isAlone = session.copies === undefined;
    const grown = (isUnknown: boolean): Summary | undefined => {
      if (!isAlone || !left.has(sessionId)) return undefined;
      const kin: KinMemory = {};
      const summary = summarizeGrown(session, { home, key, options, identity, kin, isUnknown });
      if (summary !== undefined) looked.noteSummary(key, summary, kin);
      return summary;
    };
    // The growing one is asked first, because it needs nothing from the catalog, which may be large.
    const known = grown(false) ?? looked.summary(key) ?? grown(true);
    if (known !== undefined) return known;
    const kin = looked.kin();
    const isLeft = looked.isGrowing && isAlone;
    const summary = isLeft
      ? summarizeGrowing(session, { home, key, options, identity, kin })
      : summarizeWhole(session, options, kin);
    if (isLeft) left.add(sessionId);
    looked.noteSummary(key, summary, kin);
    return summary;
  }

  return {
    of(session) {
      const { path, sessionId } = session;
      const looked = catalog.look(session);
      const { identity } = looked;
      const last = unfinished.get(path);
      if (last?.identity === identity && last.sinceMs === openSinceMs(path, sessionId)) return last.summary;
      unfinished.delete(path);
      const summary = read(session, looked);
      const sinceMs = summary.isUnfinished && openSinceMs(path, sessionId);
      if (sinceMs !== undefined) unfinished.set(path, { identity, sinceMs, summary });
      return summary;
    },
    reading(session) {
      const looked = catalog.look(session);
      const kin = looked.kin();
      return {
        kin,
        note(summary) {
          // A reader with content knows the title. The catalog must not hold any content of the conversation.
          const { title: _, ...place } = summary.place;
          looked.noteSummary(key, { ...summary, place }, kin);
        },
      };
    },
    forksOf(source) {
      const said = `"forkedFrom":${JSON.stringify(source)}`;
      const forks = new Set<string>();
      for (const { sessionId, summaryText } of catalog.entries())
        if (summaryText?.includes(said)) forks.add(sessionId);
      return [...forks];
    },
    save: () => catalog.save(),
  };
}
