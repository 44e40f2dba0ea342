import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, readText } from "../disk/read.ts";
import { describePriceFileErrors, parsePriceFile } from "../pricing/price-file.ts";

/**
 * The text of the user's price file, when there is one. A person at a command is told what is wrong with it: list prices
 * instead would look right and be wrong.
 */
export function readPriceFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const text = textOf(path);
  const { errors } = parsePriceFile(text);
  if (errors === undefined) return text;
  throw new UserError(
    [`The price file ${path} (CCOTEL_PRICES) cannot be used:`, ...describePriceFileErrors(errors)].join("\n"),
    { hint: "docs/prices.md shows what it holds; without CCOTEL_PRICES the built-in list prices are used." },
  );
}

function textOf(path: string): string {
  try {
    return readText(path, MAX_BYTES.settings);
  } catch (cause) {
    throw new UserError(`The price file ${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
      hint: "Correct CCOTEL_PRICES, or unset it to use the built-in list prices.",
    });
  }
}
