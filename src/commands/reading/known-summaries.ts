import { readPriceFile } from "../../cli/price-file.ts";
import type { Config } from "../../config/load.ts";
import { priceKey } from "../../pricing/price-key.ts";
import { type Catalog, openCatalog } from "../../state/catalog/catalog.ts";
import { homeAt } from "../../state/home.ts";

/** The catalog, and what its summaries depend on besides the sessions' files. */
export interface KnownSummaries {
  catalog: Catalog;
  /** Versions and prices, as `Looked.summary` takes them. */
  key: string;
}

/** Opens the catalog in ccotel's folder. Throws a `UserError` for a faulty price file. */
export function openKnown(config: Config): KnownSummaries {
  return { catalog: openCatalog(homeAt(config.home)), key: summaryKey(config) };
}

/** What summaries depend on besides the sessions' files. Throws a `UserError` for a faulty price file. */
export function summaryKey(config: Config): string {
  return priceKey(readPriceFile(config.prices));
}
