import { ALIASES, PRICES, type Price } from "./table.ts";

/** Prices by model name: the rows of a user's price file, which override the table's. */
export type PriceRows = Readonly<Record<string, Price>>;

/** The row of prices that a requested model has. */
export interface Resolved {
  price: Price;
  /** Name of the row. */
  model: string;
  source: "list_price" | "price_file";
  /** Maximum tokens of a prompt. Larger if the requested name has `[1m]`. */
  contextWindow: number;
}

const TABLE_NAMES = [...Object.keys(ALIASES), ...Object.keys(PRICES)];

/**
 * Finds the row of a requested model; undefined for an unknown model. A name matches a row by the row's name or by any
 * form that a cloud or gateway makes of it, as in Claude Code itself (tried with 2.1.329): dated
 * (`claude-opus-4-5-20251101`), `[1m]`, Bedrock (`eu.anthropic.claude-opus-4-6-v1`, ARNs of models and inference
 * profiles), Vertex (`claude-sonnet-4@20250514`), `anthropic/claude-sonnet-4.5`. Another version number is another
 * model: `claude-opus-5` does not mean `claude-opus-5-6`. An application inference profile names no model.
 */
export function resolveModel(requestedModel: string, own: PriceRows = {}): Resolved | undefined {
  const million = /\[1m\]$/i.test(requestedModel);
  const name = normal(requestedModel);
  const ownRow = longestMatch(name, Object.keys(own), normal);
  const tableKey = longestMatch(name, TABLE_NAMES, (key) => key);
  const tableRow = tableKey === undefined ? undefined : (ALIASES[tableKey] ?? tableKey);
  // A user's row for the same model replaces the table's row in any spelling. Otherwise the longer name matches better.
  const useOwn =
    ownRow !== undefined && (tableRow === undefined || normal(ownRow).length >= (tableKey ?? "").length);
  const ownOfTable = tableRow === undefined ? undefined : own[tableRow];
  const [model, price, source] = useOwn
    ? [ownRow, own[ownRow], "price_file" as const]
    : ownOfTable !== undefined
      ? [tableRow, ownOfTable, "price_file" as const]
      : [tableRow, tableRow === undefined ? undefined : PRICES[tableRow], "list_price" as const];
  if (model === undefined || price === undefined) return undefined;
  const contextWindow = million ? Math.max(price.contextWindow, 1_000_000) : price.contextWindow;
  return { price, model, source, contextWindow };
}

/** Lower case, without `[1m]`, `4.5` written as `4-5`. */
function normal(model: string): string {
  return model
    .trim()
    .toLowerCase()
    .replace(/\[1m\]$/, "")
    .replace(/(\d)\.(?=\d)/g, "$1-");
}

function longestMatch(
  name: string,
  keys: readonly string[],
  nameOf: (key: string) => string,
): string | undefined {
  let best: string | undefined;
  for (const key of keys) {
    if (means(name, nameOf(key)) && (best === undefined || nameOf(key).length > nameOf(best).length))
      best = key;
  }
  return best;
}

/**
 * Whether `name` holds `key` as a whole: without letters or digits next to it and without a version number after it.
 */
function means(name: string, key: string): boolean {
  if (key === "") return false;
  for (let at = name.indexOf(key); at !== -1; at = name.indexOf(key, at + 1)) {
    const before = name[at - 1] ?? "";
    const behind = name.slice(at + key.length);
    if (!/[a-z0-9]/.test(before) && !/^(?:[a-z0-9]|-\d{1,3}(?!\d))/.test(behind)) return true;
  }
  return false;
}
