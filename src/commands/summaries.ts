import { readPriceFile } from "../cli/price-file.ts";
import type { Config } from "../config/load.ts";
import type { FoundSession } from "../files/find-sessions.ts";
import { TABLE_DATE } from "../pricing/table.ts";
import { createSummarizer, type Summary } from "../session/summary.ts";
import { openCatalog } from "../state/catalog.ts";
import { homeAt } from "../state/home.ts";
import { hash53 } from "../transcript/row-key.ts";
import { VERSION } from "../version.ts";
import { piecesOfSession, sessionOptionsOf } from "./pieces-of-session.ts";

/** What sessions add up to, without reading again what has not changed. */
export interface Summaries {
  /** From the catalog, or by reading the session. */
  of(session: FoundSession): Summary;
  /** For those who read a session as a whole anyway: called before, and told of the summary behind it. */
  reading(session: FoundSession): (summary: Summary) => void;
  /** Writes to the catalog what is new. */
  save(): void;
}

export function openSummaries(config: Config): Summaries {
  const catalog = openCatalog(homeAt(config.home));
  const prices = readPriceFile(config.prices);
  // Another version may count more, and other prices cost more: their summaries are no longer true.
  const key = `${VERSION} ${TABLE_DATE} ${prices === undefined ? "" : hash53(prices).toString(36)}`;
  const options = { ...sessionOptionsOf(config), keep: "none" as const };
  return {
    of(session) {
      const looked = catalog.look(session);
      const known = looked.summary(key);
      if (known !== undefined) return known;
      const summarizer = createSummarizer();
      for (const pieces of piecesOfSession(session, options, { goesOn: false })) summarizer.add(pieces);
      const summary = summarizer.summary();
      looked.noteSummary(key, summary);
      return summary;
    },
    reading(session) {
      const looked = catalog.look(session);
      return (summary) => looked.noteSummary(key, summary);
    },
    save: () => catalog.save(),
  };
}
