import { isOlder } from "../versions.ts";
import type { TokenPrices } from "./table.ts";

/**
 * Where older clients count differently than 2.1.329 in their own sum. A request costs what the API takes for it, so only
 * the last rule, which was a price of its time, is one of ours. Each was found by asking the version before and after it.
 */
export interface ClientRules {
  /** One-hour cache writes have a price of their own (from 2.1.172); before, they cost as much as five-minute ones. */
  pricesHourWrites: boolean;
  /** `inference_geo: us` costs a tenth more (from 2.1.239). */
  pricesGeo: boolean;
  /** Above 200,000 prompt tokens Sonnet 4 and Opus 4.6 cost twice the input and one and a half the output (to 2.1.74). */
  pricesLongPrompts: boolean;
}

/** The rules of a client's version, as records write it; an unknown one counts like the newest. */
export function rulesOf(clientVersion: string | undefined): ClientRules {
  return {
    pricesHourWrites: !isOlder(clientVersion, [2, 1, 172]),
    pricesGeo: !isOlder(clientVersion, [2, 1, 239]),
    pricesLongPrompts: isOlder(clientVersion, [2, 1, 75]),
  };
}

/** Token prices of a prompt above 200,000 tokens in clients up to 2.1.74. */
export function longPromptPrices(prices: TokenPrices): TokenPrices {
  return {
    input: prices.input * 2,
    output: prices.output * 1.5,
    cacheRead: prices.cacheRead * 2,
    cacheWrite5m: prices.cacheWrite5m * 2,
    cacheWrite1h: prices.cacheWrite1h * 2,
  };
}

/** Models that had the long-prompt price in clients up to 2.1.74. */
export const OLD_LONG_PROMPT_MODELS: ReadonlySet<string> = new Set([
  "claude-opus-4-6",
  "claude-sonnet-4-6",
  "claude-sonnet-4-5",
  "claude-sonnet-4-0",
  "claude-3-7-sonnet",
  "claude-3-5-sonnet",
]);
