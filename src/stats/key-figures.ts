import type { Counts } from "../session/amounts.ts";
import { clientUsdOf } from "../session/sums/counts.ts";
import { isPeriod } from "./dimensions.ts";
import type { Stats, StatsRow } from "./stats.ts";

/** Figures derived from the sums. */
interface KeyFigures {
  /** Share of the prompt tokens that came from the cache, 0 to 1. Undefined without prompt tokens. */
  cacheHits: number | undefined;
  /** Share of the tool calls that failed, 0 to 1. Undefined without tool calls. */
  toolFailures: number | undefined;
  /** Cost of the same requests in Claude Code's own sum, in USD. */
  clientUsd: number;
}

export function keyFigures(counts: Counts): KeyFigures {
  const prompt = counts.input + counts.cacheRead + counts.cacheWrite5m + counts.cacheWrite1h;
  return {
    cacheHits: prompt === 0 ? undefined : counts.cacheRead / prompt,
    toolFailures: counts.toolCalls === 0 ? undefined : counts.failedToolCalls / counts.toolCalls,
    clientUsd: clientUsdOf(counts),
  };
}

/**
 * The key figures that are out of their usual range: more than 3 % failed calls, less than 60 % cache hits, more than
 * one compaction a session.
 */
export function outOfRange(
  counts: Counts,
  sessions: number,
): ("toolFailures" | "cacheHits" | "compactions")[] {
  const { cacheHits, toolFailures } = keyFigures(counts);
  const found: ("toolFailures" | "cacheHits" | "compactions")[] = [];
  if ((toolFailures ?? 0) > 0.03 && counts.failedToolCalls > 1) found.push("toolFailures");
  if (cacheHits !== undefined && cacheHits < 0.6 && counts.requests > 5) found.push("cacheHits");
  if (sessions > 0 && counts.compactions / sessions > 1) found.push("compactions");
  return found;
}

/** A cost is marked if it is more than so many times the median of the rows, and more than so many USD above it. */
const TIMES_MEDIAN = 3;
const MIN_MORE_USD = 1;
const MIN_ROWS = 5;

/**
 * The rows whose cost is far above the usual one: of days or other periods, or of sessions. Other groups, such as models
 * and projects, have no usual cost.
 */
export function expensiveRows({ by, rows }: Stats): ReadonlySet<StatsRow> {
  const [dimension, ...more] = by;
  const isOfOneKind = dimension === "session" || isPeriod(dimension);
  const costs = rows.map(({ counts }) => counts.costUsd).filter((usd) => usd > 0);
  if (!isOfOneKind || more.length > 0 || costs.length < MIN_ROWS) return new Set();
  const median = costs.sort((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
  const most = Math.max(median * TIMES_MEDIAN, median + MIN_MORE_USD);
  return new Set(rows.filter(({ counts }) => counts.costUsd > most));
}
