import { dict } from "../dict.ts";
import { countsOf, groupRows } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";

/** Tokens by kind, which do not overlap, and the number of web searches. */
export interface TokenSums {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearches: number;
}

/** The sums that the recount and ccotel's summary are compared by. Costs are USD. */
export interface Sums {
  /** Includes requests that failed after all retries. */
  requests: number;
  failedRequests: number;
  /** Requests of which the transcript lacks the final output count. */
  provisionalRequests: number;
  /** Tool calls with an id. */
  toolCalls: number;
  /** Tool calls without an id. ccotel may or may not count them. */
  namelessCalls: number;
  /** Turns with a response. In a recount: the minimum. */
  turns: number;
  /** Messages that may have begun a turn: the maximum number of turns. Undefined: not counted. */
  prompts?: number;
  /** Requests with an exact time to the first token. In a recount: the maximum. Undefined: not counted. */
  exactFirstTokens?: number;
  /** Sums by requested model. */
  models: Record<string, ModelSums>;
}

/** Sums of one model. */
interface ModelSums {
  /** Requests with a response. */
  requests: number;
  tokens: TokenSums;
  /** Undefined for a model without a known price. */
  costUsd?: number;
}

export function noSums(): Sums {
  return {
    requests: 0,
    failedRequests: 0,
    provisionalRequests: 0,
    toolCalls: 0,
    namelessCalls: 0,
    turns: 0,
    models: dict(),
  };
}

/** Counts one answered request, in place. */
export function addRequest(sums: Sums, model: string, tokens: TokenSums, costUsd: number | undefined): void {
  sums.requests++;
  sums.models[model] ??= { requests: 0, tokens: noTokens() };
  const of = sums.models[model];
  of.requests++;
  for (const kind of TOKEN_KINDS) of.tokens[kind] += tokens[kind];
  if (costUsd !== undefined) of.costUsd = (of.costUsd ?? 0) + costUsd;
}

/** Total cost in USD of all models that have a price. */
export function costOfSums(sums: Sums): number {
  return Object.values(sums.models).reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
}

export const TOKEN_KINDS = [
  "input",
  "output",
  "cacheRead",
  "cacheWrite5m",
  "cacheWrite1h",
  "webSearches",
] as const;

export function noTokens(): TokenSums {
  return { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, webSearches: 0 };
}

/** Converts ccotel's summary of a session to the form of the recount. */
export function sumsOfSummary({ rows }: Summary, exactFirstTokens?: number): Sums {
  const { requests, failedRequests, provisionalRequests, toolCalls, turns } = countsOf(rows);
  const sums: Sums = { ...noSums(), requests, failedRequests, provisionalRequests, toolCalls, turns };
  if (exactFirstTokens !== undefined) sums.exactFirstTokens = exactFirstTokens;
  for (const [model, counts] of groupRows(rows, ({ model }) => model)) {
    const answered = counts.requests - counts.failedRequests;
    if (answered === 0) continue;
    const tokens = Object.fromEntries(
      TOKEN_KINDS.map((kind) => [kind, counts[kind]]),
    ) as unknown as TokenSums;
    sums.models[model] = { requests: answered, tokens };
    if (counts.unpricedRequests < answered) sums.models[model].costUsd = counts.costUsd;
  }
  return sums;
}

/** Adds the sums of another session to `sums`, in place. */
export function addSums(sums: Sums, more: Sums): void {
  sums.requests += more.requests;
  sums.failedRequests += more.failedRequests;
  sums.provisionalRequests += more.provisionalRequests;
  sums.toolCalls += more.toolCalls;
  sums.namelessCalls += more.namelessCalls;
  sums.turns += more.turns;
  for (const bound of ["prompts", "exactFirstTokens"] as const) {
    if (more[bound] !== undefined) sums[bound] = (sums[bound] ?? 0) + more[bound];
  }
  for (const [model, { requests, tokens, costUsd }] of Object.entries(more.models)) {
    sums.models[model] ??= { requests: 0, tokens: noTokens() };
    const of = sums.models[model];
    of.requests += requests;
    for (const kind of TOKEN_KINDS) of.tokens[kind] += tokens[kind];
    if (costUsd !== undefined) of.costUsd = (of.costUsd ?? 0) + costUsd;
  }
}
