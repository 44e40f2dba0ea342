import { ALIASES, PRICES, type Price } from "./table.ts";

/** Prices by model name: a user's own rows, which come before the table's. */
export type PriceRows = Readonly<Record<string, Price>>;

export interface Resolved {
  price: Price;
  /** Name of the row. */
  model: string;
  source: "list_price" | "price_file";
  /** Tokens that a prompt may have, with the `[1m]` of the requested name taken into account. */
  contextWindow: number;
}

const TABLE_NAMES = [...Object.keys(ALIASES), ...Object.keys(PRICES)];

/**
 * Requested model → its row, or undefined for a model that nobody knows. A row is meant by its own name and by every form
 * that a cloud or a gateway makes of it, as Claude Code itself reads them (tried with 2.1.329): dated
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
  // A row of the user for the same model, however it is written there, replaces ours; otherwise the longer name fits better.
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

/** Whether `key` stands in `name` as a whole: no letter or digit touches it, and no further version number follows it. */
function means(name: string, key: string): boolean {
  if (key === "") return false;
  for (let at = name.indexOf(key); at !== -1; at = name.indexOf(key, at + 1)) {
    const before = name[at - 1] ?? "";
    const behind = name.slice(at + key.length);
    if (!/[a-z0-9]/.test(before) && !/^(?:[a-z0-9]|-\d{1,3}(?!\d))/.test(behind)) return true;
  }
  return false;
}
