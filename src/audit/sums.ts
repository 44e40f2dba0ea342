import { dict } from "../dict.ts";
import { countsOf, groupRows } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";

/** Tokens by kind; the first five are disjoint. */
export interface TokenSums {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  webSearches: number;
}

/** What two ways of reading one session are compared by. Costs are USD. */
export interface Sums {
  /** Those that failed for good included. */
  requests: number;
  failedRequests: number;
  /** Calls with an id. */
  toolCalls: number;
  /** Calls without one, which may be left out. */
  namelessCalls: number;
  /** Turns with an answer, or how many there are at least. */
  turns: number;
  /** Messages that may have begun one: there are no more turns than these. Undefined: nobody counted them. */
  prompts?: number;
  /** Requests whose time to the first token is exact, or how many there are at most. Undefined: nobody counted them. */
  exactFirstTokens?: number;
  /** By requested model. */
  models: Record<string, ModelSums>;
}

export interface ModelSums {
  /** Answered ones. */
  requests: number;
  tokens: TokenSums;
  /** Undefined for a model without a known price. */
  costUsd?: number;
}

export function noSums(): Sums {
  return { requests: 0, failedRequests: 0, toolCalls: 0, namelessCalls: 0, turns: 0, models: dict() };
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

/** Price of all models that have one. */
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

/** What ccotel reads and sends of a session, as its summary says it, in the form that the recount has. */
export function sumsOfSummary({ rows }: Summary, exactFirstTokens?: number): Sums {
  const { requests, failedRequests, toolCalls, turns } = countsOf(rows);
  const sums: Sums = { ...noSums(), requests, failedRequests, toolCalls, turns };
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

/** Adds sums of another session, in place. */
export function addSums(sums: Sums, more: Sums): void {
  sums.requests += more.requests;
  sums.failedRequests += more.failedRequests;
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
