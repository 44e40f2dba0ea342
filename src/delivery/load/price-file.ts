import type { Problem } from "../../config/problem.ts";
import { MAX_BYTES, readText, whyUnread } from "../../disk/read.ts";
import { describePriceFileErrors, parsePriceFile } from "../../pricing/price-file.ts";

/** The text of the user's price file if it is valid; otherwise the problem. */
interface Prices {
  readonly text?: string;
  readonly problem?: Problem;
}

/**
 * Reads the price file that `CCOTEL_PRICES` names. Nothing else reads it, so the message about a wrong file is the same
 * everywhere. A wrong file is a warning: hooks continue with list prices, and commands stop.
 */
export function readPrices(path: string | undefined): Prices {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readText(path, MAX_BYTES.settings);
  } catch (cause) {
    return wrong(`The price file ${path} cannot be read: ${whyUnread(cause)}.`);
  }
  const { errors } = parsePriceFile(text);
  if (errors === undefined) return { text };
  const lines = describePriceFileErrors(errors);
  return wrong([`The price file ${path} (CCOTEL_PRICES) cannot be used:`, ...lines].join("\n"));
}

function wrong(message: string): Prices {
  return { problem: { severity: "warning", key: "prices", source: { kind: "default" }, message } };
}
