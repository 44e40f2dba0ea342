import { hash53 } from "../hash53.ts";
import { VERSION } from "../version.ts";
import { TABLE_DATE } from "./table.ts";

/**
 * Version of what a summary counts, and of how sessions are read. A stored summary with another version is not used.
 */
const SUMMARY_SHAPE = 17;

/**
 * A key of everything but the transcript that a session's cost depends on: ccotel's version, its price list, and the
 * text of the user's price file. Sums with another key are outdated.
 */
export function priceKey(priceFile?: string): string {
  return `${VERSION} ${SUMMARY_SHAPE} ${TABLE_DATE} ${priceFile === undefined ? "" : hash53(priceFile).toString(36)}`;
}
