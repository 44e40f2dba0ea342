import type { PageCall, PageRequest, PageSession } from "../src/page/model.ts";

/** Totals of a session for its heading. */
export interface Numbers {
  startMs: number;
  endMs: number;
  costUsd: number;
  unpriced: number;
  /** Requests without a final output count: output and cost are too low. */
  provisional: number;
  /** Includes failed ones. */
  requests: number;
  failedRequests: number;
  calls: number;
  failedCalls: number;
  deniedCalls: number;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** The share of prompt tokens from the cache. Undefined without prompt tokens. */
  cacheRatio: number | undefined;
  models: { model: string; costUsd: number; requests: number }[];
}

/** Sums the requests and calls of all conversations of a session. */
export function numbersOf(page: PageSession): Numbers {
  const numbers: Numbers = {
    startMs: Number.POSITIVE_INFINITY,
    endMs: 0,
    ...{ costUsd: 0, unpriced: 0, provisional: 0, requests: 0, failedRequests: 0 },
    ...{ calls: 0, failedCalls: 0, deniedCalls: 0 },
    ...{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheRatio: undefined, models: [] },
  };
  const models = new Map<string, Numbers["models"][number]>();
  for (const request of page.requests) addRequest(numbers, models, request);
  for (const call of page.calls) addCall(numbers, call);
  for (const { startMs, endMs } of [...page.turns, ...page.requests, ...page.calls, ...page.compactions]) {
    numbers.startMs = Math.min(numbers.startMs, startMs);
    numbers.endMs = Math.max(numbers.endMs, endMs);
  }
  if (numbers.startMs > numbers.endMs) numbers.startMs = numbers.endMs;
  const prompt = numbers.input + numbers.cacheRead + numbers.cacheWrite;
  if (prompt > 0) numbers.cacheRatio = numbers.cacheRead / prompt;
  numbers.models = [...models.values()].sort((a, b) => b.costUsd - a.costUsd);
  return numbers;
}

function addRequest(
  numbers: Numbers,
  models: Map<string, Numbers["models"][number]>,
  { model, tokens, costUsd, error, isProvisional }: PageRequest,
): void {
  numbers.requests++;
  if (error !== undefined) {
    numbers.failedRequests++;
    return;
  }
  numbers.input += tokens.input;
  numbers.output += tokens.output;
  numbers.cacheRead += tokens.cacheRead;
  numbers.cacheWrite += tokens.cacheWrite;
  if (costUsd === undefined) numbers.unpriced++;
  if (isProvisional) numbers.provisional++;
  numbers.costUsd += costUsd ?? 0;
  const row = models.get(model) ?? { model, costUsd: 0, requests: 0 };
  row.costUsd += costUsd ?? 0;
  row.requests++;
  models.set(model, row);
}

function addCall(numbers: Numbers, { outcome }: PageCall): void {
  numbers.calls++;
  if (outcome === "error") numbers.failedCalls++;
  if (outcome === "denied") numbers.deniedCalls++;
}
