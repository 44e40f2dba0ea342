import { readPriceFile } from "../../cli/price-file.ts";
import type { Config } from "../../config/load.ts";
import { priceKey } from "../../pricing/price-key.ts";
import { type Catalog, openCatalog } from "../../state/catalog/catalog.ts";
import { growingSessions } from "../../state/catalog/growing.ts";
import { homeAt } from "../../state/home.ts";

/** The catalog, and what its summaries depend on besides the sessions' files. */
export interface KnownSummaries {
  catalog: Catalog;
  /** Versions and prices, as `Looked.summary` takes them. */
  key: string;
  /** Ids of the sessions of which an earlier look has left its state. */
  growing: ReadonlySet<string>;
}

/** Opens the catalog in ccotel's folder. Throws a `UserError` for a faulty price file. */
export function openKnown(config: Config): KnownSummaries {
  const home = homeAt(config.home);
  return { catalog: openCatalog(home), key: summaryKey(config), growing: growingSessions(home) };
}

/** What summaries depend on besides the sessions' files. Throws a `UserError` for a faulty price file. */
export function summaryKey(config: Config): string {
  return priceKey(readPriceFile(config.prices));
}
