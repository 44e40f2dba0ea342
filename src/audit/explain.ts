import { SAME_USD } from "./compare.ts";
import type { ClaudeSum, CountedRequest, Recount } from "./recount-session.ts";

/** Claude Code's own sum, ccotel's sum and every reason why they differ. Costs are USD, at list prices. */
export interface CostAudit {
  /** Claude Code's last sum, plus the last sums of earlier processes. */
  claudeUsd: number;
  /** Cost of the session's own requests. */
  ownUsd: number;
  /**
   * Their amounts explain `claudeUsd - ownUsd`: positive for what only Claude Code's sum has, negative for what it
   * lacks.
   */
  reasons: Reason[];
}

export type Reason =
  /** History that a fork copied: a fork's sum continues its parent's. */
  | { kind: "copied"; usd: number; requests: number }
  /** Requests that an old client prices differently from the list: one-hour cache writes, US-only inference. */
  | { kind: "old_prices"; usd: number; requests: number }
  /** Models without a list price, for which Claude Code uses another model's price. */
  | { kind: "unknown_model"; usd: number; models: string[] }
  /**
   * Requests that Claude Code sent but did not write to the transcript. `signs`: what in the transcript suggests them.
   */
  | { kind: "hidden_requests"; usd: number; signs: string[] }
  /** Requests of a process that was killed before it wrote a sum. */
  | { kind: "killed"; usd: number; requests?: number }
  /** Answers that broke off while the model was thinking. Claude Code asks again and does not count them. */
  | { kind: "broken"; usd: number; requests: number }
  /** Requests after the last sum: the session still runs, or ended without writing another one. */
  | { kind: "since"; usd: number; requests: number };

/**
 * Compares Claude Code's own sum with the recount. Undefined if the client wrote no sum: clients up to 2.1.100, and
 * sessions whose first process still runs or was killed.
 */
export function explainCost(recount: Recount): CostAudit | undefined {
  const sum = recount.claudeSums.at(-1);
  if (sum === undefined) return undefined;
  const { requests } = recount;
  const before = requests.filter(({ atMs }) => atMs < sum.startMs);
  const isSince = ({ atMs }: CountedRequest) => atMs > sum.untilMs && atMs >= sum.resumedMs;
  const since = requests.filter(isSince);
  const covered = requests.filter((request) => request.atMs >= sum.startMs && !isSince(request));
  const reasons: Reason[] = [];

  // Earlier processes wrote sums of their own, or were killed before they wrote one.
  const earlier = earlierSums(recount.claudeSums, sum);
  const own = before.filter(({ isCopied }) => !isCopied);
  const earlierRest = earlier - clientUsdOf(own);
  if (earlierRest < -SAME_USD) reasons.push({ kind: "killed", usd: earlierRest, requests: own.length });
  if (earlierRest > SAME_USD)
    reasons.push({ kind: "hidden_requests", usd: earlierRest, signs: signsOf(recount) });
  const sinceOwn = since.filter(({ isCopied }) => !isCopied);
  if (sinceOwn.length > 0) reasons.push({ kind: "since", usd: -usdOf(sinceOwn), requests: sinceOwn.length });
  const copied = covered.filter(({ isCopied }) => isCopied);
  if (copied.length > 0) reasons.push({ kind: "copied", usd: usdOf(copied), requests: copied.length });

  const repriced = [...own, ...covered].filter(({ listUsd, clientUsd }) => listUsd !== clientUsd);
  const repricedUsd = clientUsdOf(repriced) - usdOf(repriced);
  if (Math.abs(repricedUsd) > SAME_USD)
    reasons.push({ kind: "old_prices", usd: repricedUsd, requests: repriced.length });

  const unknown = unknownModels(covered, sum);
  if (unknown.models.length > 0) reasons.push({ kind: "unknown_model", ...unknown });
  const rest = sum.totalUsd - clientUsdOf(covered) - unknown.usd;
  if (rest > SAME_USD) reasons.push({ kind: "hidden_requests", usd: rest, signs: signsOf(recount) });
  if (rest < -SAME_USD) reasons.push(lackOf(rest, covered));
  return {
    claudeUsd: sum.totalUsd + earlier,
    ownUsd: usdOf(requests.filter(({ isCopied }) => !isCopied)),
    reasons,
  };
}

/** Why the transcript has more than the sum, although both begin at the same time. */
function lackOf(usd: number, covered: CountedRequest[]): Reason {
  const broken = covered.filter(({ isOnlyThought }) => isOnlyThought);
  const isThat = Math.abs(usd + clientUsdOf(broken)) < SAME_USD;
  // Otherwise a resumed process was killed in between.
  return isThat ? { kind: "broken", usd, requests: broken.length } : { kind: "killed", usd };
}

/** Adds the last sum of every process but the last one. A process is known by its start time. */
function earlierSums(sums: ClaudeSum[], last: ClaudeSum): number {
  const byStart = new Map(sums.map(({ startMs, totalUsd }) => [startMs, totalUsd]));
  byStart.delete(last.startMs);
  return [...byStart.values()].reduce((sum, usd) => sum + usd, 0);
}

function unknownModels(covered: CountedRequest[], sum: ClaudeSum): { usd: number; models: string[] } {
  const models = [
    ...new Set(covered.filter(({ listUsd }) => listUsd === undefined).map(({ model }) => model)),
  ];
  return { models, usd: models.reduce((usd, model) => usd + (sum.models[model] ?? 0), 0) };
}

function usdOf(requests: CountedRequest[]): number {
  return requests.reduce((sum, { listUsd = 0 }) => sum + listUsd, 0);
}

function clientUsdOf(requests: CountedRequest[]): number {
  return requests.reduce((sum, { clientUsd = 0 }) => sum + clientUsd, 0);
}

/** What in the transcript suggests hidden requests. */
function signsOf({ signs, requests }: Recount): string[] {
  const found: [number, string][] = [
    [signs.compactions, "a compaction"],
    [signs.webSearches, "a web search with its own request"],
    [signs.titles, "a title for the session"],
    [signs.cutResponses, "a response that was stopped or cut"],
    [requests.filter(({ isCopied }) => isCopied).length, "history of the parent that the fork did not copy"],
  ];
  return found.filter(([count]) => count > 0).map(([, sign]) => sign);
}
