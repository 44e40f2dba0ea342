import type { RecordedUsage } from "../../transcript/record.ts";
import type { Usage } from "../amounts.ts";

/** All numbers of tokens, each zero. */
export function noUsage(): Usage {
  return {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    reasoning: 0,
    webSearches: 0,
  };
}

/** The tokens of one response or advice, as the client recorded them. */
export function usageOf(recorded: RecordedUsage): Usage {
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, webSearches } = recorded;
  return { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, webSearches };
}

/** All tokens of the prompt: new ones, those read from the cache and those written to it. */
export function promptTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/**
 * A sum of prices that does not depend on their order. Plain sums of fractions differ in the last digit, and a
 * background agent may finish before or after the next turn. The result is rounded to a picodollar, a millionth of the
 * price of a cheap token.
 */
export function addUsd(a: number, b: number): number {
  return Math.round((a + b) * 1e12) / 1e12;
}
