import type { Problem } from "../../config/problem.ts";
import { MAX_BYTES, readText } from "../../disk/read.ts";
import { describePriceFileErrors, parsePriceFile } from "../../pricing/price-file.ts";

/** The user's price file: its text when it can be used, or the problem that says why it cannot. */
export interface Prices {
  readonly text?: string;
  readonly problem?: Problem;
}

/**
 * Reads the price file that `CCOTEL_PRICES` names. This is the only place that reads it, so that everybody says the same
 * about a file that is wrong. Such a file is a warning: hooks go on with list prices, commands refuse to.
 */
export function readPrices(path: string | undefined): Prices {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readText(path, MAX_BYTES.settings);
  } catch (cause) {
    return wrong(`The price file ${path} cannot be read: ${(cause as Error).message}.`);
  }
  const { errors } = parsePriceFile(text);
  if (errors === undefined) return { text };
  const lines = describePriceFileErrors(errors);
  return wrong([`The price file ${path} (CCOTEL_PRICES) cannot be used:`, ...lines].join("\n"));
}

function wrong(message: string): Prices {
  return { problem: { severity: "warning", key: "prices", source: { kind: "default" }, message } };
}
