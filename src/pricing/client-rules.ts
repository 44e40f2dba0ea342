import { isOlder } from "../versions.ts";
import type { TokenPrices } from "./table.ts";

/**
 * Where the own sums of older clients differ from those of 2.1.329. ccotel's cost is what the API charges, so it
 * applies only the last rule, which was a list price at that time. Each rule was found by running the client versions
 * before and after the change.
 */
export interface ClientRules {
  /**
   * One-hour cache writes have their own price (from 2.1.172). In older clients they cost as much as five-minute
   * writes.
   */
  pricesHourWrites: boolean;
  /** `inference_geo: us` costs a tenth more (from 2.1.239). */
  pricesGeo: boolean;
  /**
   * Above 200,000 prompt tokens Sonnet 4 and Opus 4.6 cost twice the input and one and a half the output (to 2.1.74).
   */
  pricesLongPrompts: boolean;
}

/** The rules of a client version in the form of transcript records. An unknown version has the newest rules. */
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
