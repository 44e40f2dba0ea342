import type { Counts } from "../../session/amounts.ts";
import { clientUsdOf } from "../../session/sums/counts.ts";
import { type Block, totalOf } from "../../stats/blocks.ts";
import { keyFigures } from "../../stats/key-figures.ts";
import type { Stats, StatsRow } from "../../stats/stats.ts";
import { wholeMicros } from "../../stats/whole-micros.ts";
import { iso, microUsd } from "./values.ts";

/** Version of the JSON of `ccotel stats --json`. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** Statistics as JSON value: costs in whole micro-dollars, times as ISO text, sums under the names of `Counts`. */
export function statsJson(stats: Stats, range: { since?: number; until?: number; timeZone: string }) {
  const costs = costsOf(stats.rows);
  return {
    schema: SCHEMA,
    by: stats.by,
    timeZone: range.timeZone,
    since: maybeIso(range.since ?? stats.firstMs),
    until: maybeIso(range.until ?? stats.lastMs),
    rows: stats.rows.map((row, at) => ({
      ...Object.fromEntries(stats.by.map((dimension, index) => [dimension, row.keys[index]])),
      ...sumsOf(row),
      ...costs[at],
    })),
    total: sumsOf(stats.total),
    hiddenMicroUsd: stats.hiddenUsd === undefined ? undefined : microUsd(stats.hiddenUsd),
  };
}

/** Five-hour windows as JSON value, in the form of `statsJson`. */
export function blocksJson(blocks: readonly Block[], range: { timeZone: string }) {
  const costs = costsOf(blocks);
  return {
    schema: SCHEMA,
    by: ["block"],
    timeZone: range.timeZone,
    rows: blocks.map(({ startMs, endMs, isActive, counts, usdPerHour, projectedUsd }, at) => ({
      block: iso(startMs),
      end: iso(endMs),
      isActive,
      ...countsJson(counts),
      ...costs[at],
      microUsdPerHour: usdPerHour === undefined ? undefined : microUsd(usdPerHour),
      projectedMicroUsd: projectedUsd === undefined ? undefined : microUsd(projectedUsd),
    })),
    total: countsJson(totalOf(blocks)),
  };
}

/** The costs of rows, rounded together, so that they add up to the rounded sum. */
function costsOf(rows: readonly { counts: Counts }[]) {
  const costs = wholeMicros(rows.map(({ counts }) => counts.costUsd));
  const clientCosts = wholeMicros(rows.map(({ counts }) => clientUsdOf(counts)));
  return rows.map((_, at) => ({ costMicroUsd: costs[at], claudeCodeMicroUsd: clientCosts[at] }));
}

function sumsOf({ counts, sessions }: StatsRow) {
  const { cacheHits, toolFailures } = keyFigures(counts);
  return { sessions, ...countsJson(counts), cacheHits, toolFailures };
}

function countsJson({ costUsd, clientMoreUsd, ...counts }: Counts) {
  return {
    ...counts,
    costMicroUsd: microUsd(costUsd),
    claudeCodeMicroUsd: microUsd(clientUsdOf({ costUsd, clientMoreUsd })),
  };
}

function maybeIso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : iso(ms);
}
