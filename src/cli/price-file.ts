import { UserError } from "../config/user-error.ts";
import { readPrices } from "../delivery/load/price-file.ts";

/**
 * The text of the user's price file, when there is one. Commands stop where it is wrong: list prices instead would look
 * right and be wrong.
 */
export function readPriceFile(path: string | undefined): string | undefined {
  const { text, problem } = readPrices(path);
  if (problem === undefined) return text;
  throw new UserError(problem.message, {
    hint: "Correct the file (docs/use/prices.md), or unset CCOTEL_PRICES to use the built-in list prices.",
  });
}
