import type { Counts } from "../../session/amounts.ts";
import { clientUsdOf } from "../../session/sums/counts.ts";
import { type Block, totalOf } from "../../stats/blocks.ts";
import { type Counted, countedOf, countedOnly } from "../../stats/counted.ts";
import { keyFigures } from "../../stats/key-figures.ts";
import type { Stats, StatsRow } from "../../stats/stats.ts";
import { wholeMicros } from "../../stats/whole-micros.ts";
import { iso, maybeMicroUsd, microUsd } from "./values.ts";

/** Version of the JSON of `ccotel stats --json`. It increases when a field changes its meaning or is removed. */
const SCHEMA = 2;

/** What was asked for, as far as the JSON tells it. Times are epoch ms. */
interface Asked {
  timeZone: string;
  since?: number;
  until?: number;
  /** The only model that is counted. */
  model?: string;
}

/**
 * Statistics as JSON value: costs in whole micro-dollars, times as ISO text, sums under the names of `Counts`. Sums of
 * what a grouping does not count are left out.
 */
export function statsJson(stats: Stats, asked: Asked) {
  const costs = costsOf(stats.rows);
  const counted = countedOf(stats.by, asked);
  return {
    schema: SCHEMA,
    by: stats.by,
    ...rangeJson(asked, stats),
    rows: stats.rows.map((row, at) => ({
      ...Object.fromEntries(stats.by.map((dimension, index) => [dimension, row.keys[index]])),
      ...sumsOf(row, counted),
      ...(counted.has("request") ? costs[at] : {}),
    })),
    total: sumsOf(stats.total, countedOf([], asked)),
    hiddenMicroUsd: maybeMicroUsd(stats.hiddenUsd),
  };
}

/** Five-hour windows as JSON value, in the form of `statsJson`. They are windows of requests. */
export function blocksJson(
  { blocks, hiddenUsd }: { blocks: readonly Block[]; hiddenUsd?: number },
  asked: Asked,
) {
  const costs = costsOf(blocks);
  const counted = countedOf(["model"], asked);
  return {
    schema: SCHEMA,
    by: ["block"],
    ...rangeJson(asked, { firstMs: blocks[0]?.firstMs, lastMs: blocks.at(-1)?.lastMs }),
    rows: blocks.map(({ startMs, endMs, isActive, counts, usdPerHour, projectedUsd }, at) => ({
      block: iso(startMs),
      end: iso(endMs),
      isActive,
      ...countsJson(counts, counted),
      ...costs[at],
      microUsdPerHour: maybeMicroUsd(usdPerHour),
      projectedMicroUsd: maybeMicroUsd(projectedUsd),
    })),
    total: countsJson(totalOf(blocks), counted),
    hiddenMicroUsd: maybeMicroUsd(hiddenUsd),
  };
}

function rangeJson(
  { timeZone, since, until }: Asked,
  { firstMs, lastMs }: { firstMs?: number | undefined; lastMs?: number | undefined },
) {
  return { timeZone, since: maybeIso(since ?? firstMs), until: maybeIso(until ?? lastMs) };
}

/** The costs of rows, rounded together, so that they add up to the rounded sum. */
function costsOf(rows: readonly { counts: Counts }[]) {
  const costs = wholeMicros(rows.map(({ counts }) => counts.costUsd));
  const clientCosts = wholeMicros(rows.map(({ counts }) => clientUsdOf(counts)));
  return rows.map((_, at) => ({ costMicroUsd: costs[at], claudeCodeMicroUsd: clientCosts[at] }));
}

function sumsOf({ counts, sessions }: StatsRow, counted: Counted) {
  const { cacheHits, toolFailures } = keyFigures(counts);
  return { sessions, ...countsJson(counts, counted), cacheHits, toolFailures };
}

function countsJson(all: Counts, counted: Counted) {
  const { costUsd, clientMoreUsd, ...counts } = countedOnly(all, counted);
  if (costUsd === undefined || clientMoreUsd === undefined) return counts;
  return {
    ...counts,
    costMicroUsd: microUsd(costUsd),
    claudeCodeMicroUsd: microUsd(clientUsdOf({ costUsd, clientMoreUsd })),
  };
}

function maybeIso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : iso(ms);
}
