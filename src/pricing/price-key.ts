import { hash53 } from "../transcript/row-key.ts";
import { VERSION } from "../version.ts";
import { TABLE_DATE } from "./table.ts";

/** Of what a summary counts: one that was kept by a reader that counted less is not asked. */
const SUMMARY_SHAPE = 2;

/**
 * Names what a session's cost depends on beside its transcript: this version, its list, and the text of the user's price
 * file. Sums that were made under another key are no longer true.
 */
export function priceKey(priceFile?: string): string {
  return `${VERSION} ${SUMMARY_SHAPE} ${TABLE_DATE} ${priceFile === undefined ? "" : hash53(priceFile).toString(36)}`;
}
