import { dict } from "../dict.ts";
import { list, object } from "../transcript/fields.ts";
import type { PriceRows } from "./resolve.ts";
import { resolveModel } from "./resolve.ts";
import type { Price, TokenPrices } from "./table.ts";

/** An error in a price file. `path`: where, for example `models.my-model.input`; empty for the file as a whole. */
interface PriceFileError {
  path: string;
  problem: string;
}

type ParsedPriceFile =
  | { rows: PriceRows; errors?: undefined }
  | { errors: PriceFileError[]; rows?: undefined };

const TOKEN_FIELDS = ["input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h"] as const;
/** Maximum of prices (USD) and tokens, so that sums stay finite. */
const MAX_NUMBER = 1e9;
const FIELDS = [...TOKEN_FIELDS, "webSearch", "contextWindow", "fast", "longContext"];

/**
 * Parses the text of a user's price file (`CCOTEL_PRICES`; format: docs/use/prices.md). Returns its rows, or all its
 * errors. A row for a model in the table needs only the prices that differ. Any other row needs all five token prices.
 */
export function parsePriceFile(text: string): ParsedPriceFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { errors: [{ path: "", problem: `is not JSON: ${(error as Error).message}` }] };
  }
  const models = object(object(value)?.models);
  if (models === undefined) {
    return {
      errors: [{ path: "models", problem: 'is missing: {"models": {"MODEL": {"input": …, "output": …}}}' }],
    };
  }
  const errors: PriceFileError[] = [];
  const rows = dict<Price>();
  for (const field of Object.keys(value as object)) {
    if (field !== "models") errors.push({ path: field, problem: "is not known here; only models is" });
  }
  for (const [model, row] of Object.entries(models)) {
    const price = readRow(model, row, errors);
    if (price !== undefined) rows[model] = price;
  }
  return errors.length > 0 ? { errors } : { rows };
}

/** The errors as text, one line each. */
export function describePriceFileErrors(errors: readonly PriceFileError[]): string[] {
  return errors.map(({ path, problem }) => (path === "" ? `The file ${problem}` : `${path} ${problem}`));
}

function readRow(model: string, value: unknown, errors: PriceFileError[]): Price | undefined {
  const path = `models.${model}`;
  const raw = readObject(path, value, errors);
  if (raw === undefined) return undefined;
  if (model.trim() === "") errors.push({ path, problem: "needs a model's name" });
  const before = errors.length;
  const known = resolveModel(model)?.price;
  for (const field of Object.keys(raw)) {
    if (!FIELDS.includes(field)) {
      errors.push({ path: `${path}.${field}`, problem: `is not known; known are ${FIELDS.join(", ")}` });
    }
  }
  const tokens = readTokenPrices(path, raw, known, errors);
  const price: Price = {
    ...tokens,
    webSearch: readNumber(`${path}.webSearch`, raw.webSearch ?? known?.webSearch ?? 0.01, errors),
    contextWindow: readNumber(
      `${path}.contextWindow`,
      raw.contextWindow ?? known?.contextWindow ?? 200_000,
      errors,
    ),
  };
  // A row with its own token prices does not inherit the list's tiers, since those belong to the list's prices.
  const inherits = !TOKEN_FIELDS.some((field) => raw[field] !== undefined);
  const fast =
    readTier(`${path}.fast`, raw.fast, TOKEN_FIELDS, tokens, errors) ?? (inherits ? known?.fast : undefined);
  if (fast !== undefined) price.fast = fast;
  const long = readLongContext(`${path}.longContext`, raw.longContext, tokens, errors);
  const longContext = long ?? (inherits ? known?.longContext : undefined);
  if (longContext !== undefined) price.longContext = longContext;
  if (price.contextWindow === 0) errors.push({ path: `${path}.contextWindow`, problem: "must be above 0" });
  return errors.length > before ? undefined : price;
}

function readTokenPrices(
  path: string,
  raw: Record<string, unknown>,
  fallback: TokenPrices | undefined,
  errors: PriceFileError[],
): TokenPrices {
  const read = (field: (typeof TOKEN_FIELDS)[number]) => {
    const value = raw[field] ?? fallback?.[field];
    if (value !== undefined) return readNumber(`${path}.${field}`, value, errors);
    errors.push({ path: `${path}.${field}`, problem: "is missing: USD per million tokens" });
    return 0;
  };
  return {
    input: read("input"),
    output: read("output"),
    cacheRead: read("cacheRead"),
    cacheWrite5m: read("cacheWrite5m"),
    cacheWrite1h: read("cacheWrite1h"),
  };
}

function readTier(
  path: string,
  value: unknown,
  fields: readonly string[],
  base: TokenPrices,
  errors: PriceFileError[],
): TokenPrices | undefined {
  if (value === undefined) return undefined;
  const raw = readObject(path, value, errors);
  if (raw === undefined) return undefined;
  for (const field of Object.keys(raw)) {
    if (!fields.includes(field)) {
      errors.push({ path: `${path}.${field}`, problem: `is not known; known are ${fields.join(", ")}` });
    }
  }
  return readTokenPrices(path, raw, base, errors);
}

function readLongContext(path: string, value: unknown, base: TokenPrices, errors: PriceFileError[]) {
  const tokens = readTier(path, value, ["abovePromptTokens", ...TOKEN_FIELDS], base, errors);
  if (tokens === undefined) return undefined;
  const above = object(value)?.abovePromptTokens;
  if (above === undefined) errors.push({ path: `${path}.abovePromptTokens`, problem: "is missing: tokens" });
  return { ...tokens, abovePromptTokens: readNumber(`${path}.abovePromptTokens`, above ?? 0, errors) };
}

function readObject(path: string, value: unknown, errors: PriceFileError[]) {
  const raw = object(value);
  if (raw === undefined) {
    const kind = list(value) === value ? "a list" : value === null ? "null" : `a ${typeof value}`;
    errors.push({ path, problem: `must be an object of prices, not ${kind}` });
  }
  return raw;
}

function readNumber(path: string, value: unknown, errors: PriceFileError[]): number {
  if (typeof value === "number" && value >= 0 && value <= MAX_NUMBER) return value;
  errors.push({ path, problem: `must be a number from 0 to ${MAX_NUMBER}, not ${JSON.stringify(value)}` });
  return 0;
}
