import { UserError } from "../config/user-error.ts";
import { readPrices } from "../delivery/load/price-file.ts";

/**
 * Returns the text of the user's price file, or undefined if none is set. Throws for a faulty file: a fallback to list
 * prices would show wrong costs without any sign of it.
 */
export function readPriceFile(path: string | undefined): string | undefined {
  const { text, problem } = readPrices(path);
  if (problem === undefined) return text;
  throw new UserError(problem.message, {
    hint: "Correct the file (docs/use/prices.md), or unset CCOTEL_PRICES to use the built-in list prices.",
  });
}
