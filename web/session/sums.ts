import type { PageRequest, PageSession } from "../../src/page/model.ts";
import { kindOf } from "../../src/page/time-shares.ts";
import { promptOf } from "./relations.ts";

/** All calls of one tool. */
export interface ToolSum {
  name: string;
  calls: number;
  failed: number;
  denied: number;
  /**
   * The times of its calls added up. Parallel calls count in full; those that wait for a subagent or a person do not
   * count, because that is not the tool's own work.
   */
  ms: number;
}

/** Sums the calls by tool, the longest time first. */
export function toolSums(page: PageSession): ToolSum[] {
  const sums = new Map<string, ToolSum>();
  for (const call of page.calls) {
    const sum = sums.get(call.name) ?? { name: call.name, calls: 0, failed: 0, denied: 0, ms: 0 };
    sum.calls++;
    if (call.outcome === "error") sum.failed++;
    if (call.outcome === "denied") sum.denied++;
    if (call.starts === undefined && kindOf(call) === "tools") sum.ms += call.endMs - call.startMs;
    sums.set(call.name, sum);
  }
  return [...sums.values()].sort((a, b) => b.ms - a.ms);
}

/** One conversation: the main one, or a subagent's. */
export interface ConversationSum {
  lane: number;
  requests: number;
  calls: number;
  failed: number;
  costUsd: number;
  /** Requests without a known price: the cost does not include them. */
  unpriced: number;
  input: number;
  output: number;
  cacheRead: number;
  startMs: number;
  endMs: number;
  /** The first request. Undefined without any. */
  first?: number;
}

/** Sums each conversation that has requests or calls, the costliest first. */
export function conversationSums(page: PageSession): ConversationSum[] {
  const sums = page.lanes.map((_, lane): ConversationSum => {
    const none = {
      requests: 0,
      calls: 0,
      failed: 0,
      costUsd: 0,
      unpriced: 0,
      input: 0,
      output: 0,
      cacheRead: 0,
    };
    return { lane, ...none, startMs: Number.POSITIVE_INFINITY, endMs: 0 };
  });
  const extend = (sum: ConversationSum, { startMs, endMs }: { startMs: number; endMs: number }) => {
    sum.startMs = Math.min(sum.startMs, startMs);
    sum.endMs = Math.max(sum.endMs, endMs);
  };
  for (const [index, request] of page.requests.entries()) {
    const sum = sums[request.lane];
    if (sum === undefined) continue;
    extend(sum, request);
    sum.first ??= index;
    sum.requests++;
    if (request.error !== undefined) {
      sum.failed++;
      continue;
    }
    sum.costUsd += request.costUsd ?? 0;
    sum.unpriced += request.costUsd === undefined ? 1 : 0;
    sum.input += promptOf(request);
    sum.output += request.tokens.output;
    sum.cacheRead += request.tokens.cacheRead;
  }
  for (const call of page.calls) {
    const sum = sums[call.lane];
    if (sum === undefined) continue;
    extend(sum, call);
    sum.calls++;
    if (call.outcome === "error") sum.failed++;
  }
  return sums.filter(({ endMs }) => endMs > 0).sort((a, b) => b.costUsd - a.costUsd);
}

/** The value below which a share of the values lies, 0 to 1. Undefined without values. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** What requests cost together. Failed ones cost nothing. */
export function costOf(requests: readonly PageRequest[]): Pick<ConversationSum, "costUsd" | "unpriced"> {
  const sum = { costUsd: 0, unpriced: 0 };
  for (const { costUsd, error } of requests) {
    sum.costUsd += costUsd ?? 0;
    if (costUsd === undefined && error === undefined) sum.unpriced++;
  }
  return sum;
}
