import { readPriceFile } from "../../cli/price-file.ts";
import type { Config } from "../../config/load.ts";
import type { FoundSession } from "../../files/find-sessions.ts";
import { priceKey } from "../../pricing/price-key.ts";
import { createSummarizer, type Summary } from "../../session/sums/summary.ts";
import { openCatalog } from "../../state/catalog/catalog.ts";
import { homeAt } from "../../state/home.ts";
import { piecesOfSession, sessionOptionsOf } from "./pieces-of-session.ts";

/** What sessions add up to, without reading again what has not changed. */
export interface Summaries {
  /** From the catalog, or by reading the session. */
  of(session: FoundSession): Summary;
  /** For those who read a session as a whole anyway: called before, and told of the summary behind it. */
  reading(session: FoundSession): (summary: Summary) => void;
  /** Ids of the sessions that are known to have begun with a session's history. */
  forksOf(sessionId: string): string[];
  /** Writes to the catalog what is new. */
  save(): void;
}

export function openSummaries(config: Config): Summaries {
  const catalog = openCatalog(homeAt(config.home));
  const key = priceKey(readPriceFile(config.prices));
  const options = { ...sessionOptionsOf(config), keep: "none" as const };
  return {
    of(session) {
      const looked = catalog.look(session);
      const known = looked.summary(key);
      if (known !== undefined) return known;
      const summarizer = createSummarizer();
      const kin = looked.kin();
      for (const pieces of piecesOfSession(session, options, { goesOn: false, kin })) summarizer.add(pieces);
      const summary = summarizer.summary();
      looked.noteSummary(key, summary, kin);
      return summary;
    },
    reading(session) {
      const looked = catalog.look(session);
      return (summary) => {
        // Who reads for eyes knows the title; the catalog keeps no word of what was said.
        const { title: _, ...place } = summary.place;
        looked.noteSummary(key, { ...summary, place });
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
