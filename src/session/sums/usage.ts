import type { Usage } from "../amounts.ts";

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

/** All tokens of the prompt: what was new, read from and written to the cache. */
export function promptTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/**
 * A sum of prices that does not depend on their order, as sums of fractions otherwise do in the last digit: an agent in
 * the background may be done before the next turn or after it. A picodollar is a millionth of a cheap token's price.
 */
export function addUsd(a: number, b: number): number {
  return Math.round((a + b) * 1e12) / 1e12;
}
