import { dict } from "../dict.ts";
import { costOf } from "../pricing/cost.ts";
import type { PriceRows } from "../pricing/resolve.ts";
import type { Finished, LlmRequest, Subagent, ToolCall } from "../session/model.ts";

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
  /** Answered requests, and those that failed for good. */
  requests: number;
  failedRequests: number;
  toolCalls: number;
  /** By requested model. */
  models: Record<string, ModelSums>;
}

export interface ModelSums {
  requests: number;
  tokens: TokenSums;
  /** Undefined for a model without a known price. */
  costUsd?: number;
}

export function noSums(): Sums {
  return { requests: 0, failedRequests: 0, toolCalls: 0, models: dict() };
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

/** The sums of what ccotel reads and sends of a session: every request and tool call of its finished pieces. */
export function sumsOfFinished(finished: readonly Finished[], own: PriceRows = {}): Sums {
  const sums = noSums();
  for (const piece of finished) {
    if (piece.type === "turn") addConversation(sums, piece.turn, own);
    if (piece.type === "late") addConversation(sums, piece, own);
    if (piece.type === "subagent") addConversation(sums, piece.subagent, own);
  }
  return sums;
}

function addConversation(
  sums: Sums,
  { requests, toolCalls }: Pick<Subagent, "requests" | "toolCalls">,
  own: PriceRows,
): void {
  for (const request of requests) addFinishedRequest(sums, request, own);
  sums.toolCalls += toolCalls.length;
  for (const { subagent } of toolCalls satisfies ToolCall[]) {
    if (subagent !== undefined) addConversation(sums, subagent, own);
  }
}

function addFinishedRequest(sums: Sums, request: LlmRequest, own: PriceRows): void {
  if (request.error !== undefined) sums.failedRequests++;
  else addRequest(sums, request.requestedModel, request.usage, request.costUsd ?? costOf(request, own)?.usd);
}
