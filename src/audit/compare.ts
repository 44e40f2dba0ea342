import { costOfSums, noTokens, type Sums, TOKEN_KINDS } from "./sums.ts";

/** Two sums in USD are the same within this tolerance: the order of addition changes the last digits. */
export const SAME_USD = 1e-9;

/** What a difference of cost is called. */
export const COST_IN_USD = "cost in USD";

/** A count or sum that the recount and ccotel's summary have different values for. */
export interface Difference {
  /** `requests`, `tool calls`, `input tokens of claude-opus-5-5`, `cost in USD`, … */
  what: string;
  recounted: number;
  read: number;
}

/** Compares the recount with what ccotel reads, and so sends. Returns an empty list if they agree. */
export function compare(recounted: Sums, read: Sums): Difference[] {
  const differences: Difference[] = [];
  const check = (what: string, a: number, b: number, tolerance = 0) => {
    if (Math.abs(a - b) > tolerance) differences.push({ what, recounted: a, read: b });
  };
  check("requests", recounted.requests, read.requests);
  check("failed requests", recounted.failedRequests, read.failedRequests);
  check("requests without a final output count", recounted.provisionalRequests, read.provisionalRequests);
  const { toolCalls, namelessCalls } = recounted;
  const nameless = Math.min(namelessCalls, Math.max(0, read.toolCalls - toolCalls));
  check("tool calls", toolCalls + nameless, read.toolCalls);
  check("turns", turnsOf(recounted, read), read.turns);
  const { exactFirstTokens = 0 } = read;
  const exact = within(exactFirstTokens, 0, recounted.exactFirstTokens ?? exactFirstTokens);
  check("exact times to the first token", exact, exactFirstTokens);
  for (const model of new Set([...Object.keys(recounted.models), ...Object.keys(read.models)])) {
    const [a, b] = [recounted, read].map((sums) => sums.models[model]?.tokens ?? noTokens());
    for (const kind of TOKEN_KINDS) check(`${WORDS[kind]} of ${model}`, a?.[kind] ?? 0, b?.[kind] ?? 0);
  }
  check(COST_IN_USD, costOfSums(recounted), costOfSums(read), SAME_USD);
  return differences;
}

/**
 * The number of turns in a recount that is nearest to the one that was read. The recount lacks the reader's rules that
 * tell a prompt from the client's own text, so it gives bounds.
 */
export function turnsOf({ turns, prompts = turns }: Sums, read: Sums): number {
  return within(read.turns, turns, Math.max(turns, prompts));
}

function within(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

const WORDS: Record<(typeof TOKEN_KINDS)[number], string> = {
  input: "uncached input tokens",
  output: "output tokens",
  cacheRead: "cache read tokens",
  cacheWrite5m: "5-minute cache write tokens",
  cacheWrite1h: "1-hour cache write tokens",
  webSearches: "web searches",
};
