import type { LlmRequest } from "../session/model.ts";
import { promptTokens } from "../session/sums/usage.ts";
import { type ClientRules, longPromptPrices, OLD_LONG_PROMPT_MODELS, rulesOf } from "./client-rules.ts";
import { type PriceRows, type Resolved, resolveModel } from "./resolve.ts";
import type { TokenPrices } from "./table.ts";

/** What the price of a request depends on. */
export type Priced = Pick<
  LlmRequest,
  "requestedModel" | "usage" | "speed" | "inferenceGeo" | "clientVersion" | "isCompaction"
>;

/** The cost of a request, and where its prices come from. */
export interface Cost {
  usd: number;
  /** The part for output tokens. The rest is for the prompt and web searches. */
  outputUsd: number;
  source: Resolved["source"];
}

/** Above so many prompt tokens, clients up to 2.1.74 use the long-prompt prices. */
const OLD_LONG_PROMPT_TOKENS = 200_000;

/** Price factor for US-only inference. */
const US_INFERENCE = 1.1;

/**
 * The cost of a finished request in USD at list price, or at the prices of `own`, the rows of the user's price file.
 * Undefined for a model without a known price.
 */
export function costOf(request: Priced, own: PriceRows = {}): Cost | undefined {
  const resolved = resolveModel(request.requestedModel, own);
  return resolved === undefined ? undefined : costAt(request, resolved);
}

/** Like `costOf`, for a model that is already resolved. */
export function costAt(request: Priced, resolved: Resolved): Cost {
  return { ...priceBy(listRules(request, resolved), request, resolved), source: resolved.source };
}

/**
 * The cost of the request in the own sum of the client that sent it, in USD. It differs from `costOf` if the rules of
 * an old client differ. Undefined for a model that is not on the list.
 */
export function clientUsdOf(request: Priced): number | undefined {
  const listed = resolveModel(request.requestedModel);
  return listed && clientUsdAt(request, listed);
}

/** Like `clientUsdOf`, for a model that is already resolved on the list. */
export function clientUsdAt(request: Priced, listed: Resolved): number {
  // Of what a response's own sums leave out, the client counts only the advisors (tried with 2.1.332).
  return request.isCompaction ? 0 : priceBy(rulesOf(request.clientVersion), request, listed).usd;
}

/** The rules for ccotel's cost: the newest ones, plus the long-prompt prices that the list had for old clients. */
function listRules({ clientVersion }: Priced, { source }: Resolved): ClientRules {
  const pricesLongPrompts = source === "list_price" && rulesOf(clientVersion).pricesLongPrompts;
  return { pricesHourWrites: true, pricesGeo: true, pricesLongPrompts };
}

function priceBy(rules: ClientRules, request: Priced, resolved: Resolved): Omit<Cost, "source"> {
  const { usage } = request;
  const prices = tokenPrices(request, resolved, rules);
  const perMillion =
    usage.input * prices.input +
    usage.output * prices.output +
    usage.cacheRead * prices.cacheRead +
    usage.cacheWrite5m * prices.cacheWrite5m +
    usage.cacheWrite1h * (rules.pricesHourWrites ? prices.cacheWrite1h : prices.cacheWrite5m);
  const geo = geoFactor(request, rules);
  // The factor for the region applies to inference only, not to web searches.
  const usd = (perMillion / 1e6) * geo + usage.webSearches * resolved.price.webSearch;
  return { usd, outputUsd: ((usage.output * prices.output) / 1e6) * geo };
}

function geoFactor({ inferenceGeo }: Priced, rules: ClientRules): number {
  return inferenceGeo === "us" && rules.pricesGeo ? US_INFERENCE : 1;
}

/** The cost of a request by kind of tokens, in USD. The parts add up to its cost. */
interface CostParts {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  webSearch: number;
}

/** The parts of a request's cost; undefined for a model without a known price. */
export function costPartsOf(request: Priced, own: PriceRows = {}): CostParts | undefined {
  const resolved = resolveModel(request.requestedModel, own);
  if (resolved === undefined) return undefined;
  const { usage } = request;
  const rules = listRules(request, resolved);
  const prices = tokenPrices(request, resolved, rules);
  const geo = geoFactor(request, rules);
  const usd = (tokens: number, price: number) => ((tokens * price) / 1e6) * geo;
  return {
    input: usd(usage.input, prices.input),
    output: usd(usage.output, prices.output),
    cacheRead: usd(usage.cacheRead, prices.cacheRead),
    cacheWrite: usd(usage.cacheWrite5m, prices.cacheWrite5m) + usd(usage.cacheWrite1h, prices.cacheWrite1h),
    webSearch: usage.webSearches * resolved.price.webSearch,
  };
}

/** The prices of the row that apply to this request. */
function tokenPrices(request: Priced, { price, model }: Resolved, rules: ClientRules): TokenPrices {
  if (request.speed === "fast" && price.fast !== undefined) return price.fast;
  const tokens = promptTokens(request.usage);
  if (price.longContext !== undefined && tokens > price.longContext.abovePromptTokens)
    return price.longContext;
  const long = rules.pricesLongPrompts && tokens > OLD_LONG_PROMPT_TOKENS;
  return long && OLD_LONG_PROMPT_MODELS.has(model) ? longPromptPrices(price) : price;
}
