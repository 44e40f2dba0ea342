import type { LlmRequest, Totals, Usage } from "./model.ts";

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

export function noTotals(): Totals {
  return {
    requests: 0,
    failedRequests: 0,
    toolCalls: 0,
    subagents: 0,
    usage: noUsage(),
    costUsd: 0,
    unpricedRequests: 0,
  };
}

/** All tokens of the prompt: what was new, read from and written to the cache. */
export function promptTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}

/** Adds `more` to `sum` in place. */
export function addUsage(sum: Usage, more: Usage): void {
  sum.input += more.input;
  sum.output += more.output;
  sum.cacheRead += more.cacheRead;
  sum.cacheWrite5m += more.cacheWrite5m;
  sum.cacheWrite1h += more.cacheWrite1h;
  sum.reasoning += more.reasoning;
  sum.webSearches += more.webSearches;
}

/**
 * A sum of prices that does not depend on their order, as sums of fractions otherwise do in the last digit: an agent in
 * the background may be done before the next turn or after it. A picodollar is a millionth of a cheap token's price.
 */
export function addUsd(a: number, b: number): number {
  return Math.round((a + b) * 1e12) / 1e12;
}

/** Adds `more` to `sum` in place. */
export function addTotals(sum: Totals, more: Totals): void {
  sum.requests += more.requests;
  sum.failedRequests += more.failedRequests;
  sum.toolCalls += more.toolCalls;
  sum.subagents += more.subagents;
  addUsage(sum.usage, more.usage);
  addCost(sum, more.costUsd, more.listUsd);
  sum.unpricedRequests += more.unpricedRequests;
}

/** Sums of a conversation's own requests and tool calls. */
export function totalsOf(requests: LlmRequest[], toolCalls: number): Totals {
  const totals = noTotals();
  totals.toolCalls = toolCalls;
  for (const request of requests) {
    totals.requests++;
    if (request.error !== undefined) totals.failedRequests++;
    else if (request.costUsd === undefined) totals.unpricedRequests++;
    addUsage(totals.usage, request.usage);
    addCost(totals, request.costUsd ?? 0, request.listUsd);
  }
  return totals;
}

/** What Claude Code's own sum counts for it. */
export function listUsdOf(totals: Totals): number {
  return totals.listUsd ?? totals.costUsd;
}

/** The list price is kept apart from the first request on that has another price. */
function addCost(sum: Totals, costUsd: number, listUsd: number | undefined): void {
  if (sum.listUsd !== undefined || listUsd !== undefined) {
    sum.listUsd = addUsd(listUsdOf(sum), listUsd ?? costUsd);
  }
  sum.costUsd = addUsd(sum.costUsd, costUsd);
}
