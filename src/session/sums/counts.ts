import type { Counts } from "../amounts.ts";
import type { LlmRequest, ToolCall } from "../model.ts";
import { addUsd, noUsage } from "./usage.ts";

/** All counts, each zero. */
export function noCounts(): Counts {
  return { ...NO_COUNTS };
}

/**
 * Adds the counts in `more`, which may have other fields too, to `sum` in place. Prices are added so that their order
 * does not matter.
 */
export function addCounts(sum: Partial<Counts>, more: Partial<Counts>): void {
  // The loop runs over the keys in `more`, not over all counts: a request or a call has only a few of the thirty.
  for (const key in more) {
    if (!isCount(key)) continue;
    const value = more[key];
    if (!value) continue;
    const before = sum[key] ?? 0;
    sum[key] = key === "costUsd" || key === "clientMoreUsd" ? addUsd(before, value) : before + value;
  }
}

/** The sum of a conversation: its requests, its tool calls, and the subagents that these waited for. */
export function countsOfConversation(
  requests: readonly LlmRequest[],
  toolCalls: readonly ToolCall[],
): Counts {
  const sum = noCounts();
  for (const request of requests) {
    addRequest(sum, request);
    for (const advisor of request.advisors ?? []) addRequest(sum, advisor);
  }
  for (const call of toolCalls) {
    addCall(sum, call);
    if (call.subagent !== undefined) addCounts(sum, call.subagent.totals);
  }
  return sum;
}

/** The amount of Claude Code's own sum for the same requests, in USD. */
export function clientUsdOf({ costUsd, clientMoreUsd }: Pick<Counts, "costUsd" | "clientMoreUsd">): number {
  return addUsd(costUsd, clientMoreUsd);
}

/** Adds the counts of one request to `sum`. */
export function addRequest(sum: Counts, request: LlmRequest): void {
  const { usage, error, retries, costUsd, clientUsd } = request;
  sum.requests++;
  sum.retries += retries.length;
  if (error !== undefined) sum.failedRequests++;
  else if (costUsd === undefined) sum.unpricedRequests++;
  if (request.provisional) sum.provisionalRequests++;
  sum.input += usage.input;
  sum.output += usage.output;
  sum.cacheRead += usage.cacheRead;
  sum.cacheWrite5m += usage.cacheWrite5m;
  sum.cacheWrite1h += usage.cacheWrite1h;
  sum.reasoning += usage.reasoning;
  sum.webSearches += usage.webSearches;
  const listUsd = costUsd ?? 0;
  sum.costUsd = addUsd(sum.costUsd, listUsd);
  if (clientUsd !== undefined) sum.clientMoreUsd = addUsd(sum.clientMoreUsd, addUsd(clientUsd, -listUsd));
}

const COUNT_OF_OUTCOME = {
  error: "failedToolCalls",
  denied: "deniedToolCalls",
  interrupted: "interruptedToolCalls",
} as const;

/** Adds the counts of one tool call to `sum`, without those of its subagent. */
export function addCall(sum: Counts, { outcome, startMs, endMs, work }: ToolCall): void {
  sum.toolCalls++;
  sum.toolMs += endMs - startMs;
  if (outcome in COUNT_OF_OUTCOME) sum[COUNT_OF_OUTCOME[outcome as keyof typeof COUNT_OF_OUTCOME]]++;
  if (work !== undefined) addCounts(sum, work);
}

const NO_COUNTS: Readonly<Counts> = {
  requests: 0,
  failedRequests: 0,
  retries: 0,
  unpricedRequests: 0,
  provisionalRequests: 0,
  ...noUsage(),
  costUsd: 0,
  clientMoreUsd: 0,
  toolCalls: 0,
  failedToolCalls: 0,
  deniedToolCalls: 0,
  interruptedToolCalls: 0,
  toolMs: 0,
  turns: 0,
  failedTurns: 0,
  interruptedTurns: 0,
  turnMs: 0,
  subagents: 0,
  compactions: 0,
  linesAdded: 0,
  linesRemoved: 0,
  filesWritten: 0,
  commands: 0,
  webFetches: 0,
  searches: 0,
  commits: 0,
  pullRequests: 0,
};

const COUNTS: ReadonlySet<string> = new Set(Object.keys(NO_COUNTS));

function isCount(key: string): key is keyof Counts {
  return COUNTS.has(key);
}
