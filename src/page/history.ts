import type { Counts } from "../session/amounts.ts";
import { addCounts, noCounts } from "../session/sums/counts.ts";
import { countsOf, type Row } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";

/** One session in the page's table of all. Times are epoch milliseconds, money USD. */
export interface PageRow {
  /** The name that the server gave it. */
  key: string;
  id: string;
  project?: string;
  branch?: string;
  startMs: number;
  lastMs: number;
  /** `running`, `waiting`, `stuck`, `ended`, `killed`. */
  status: string;
  /** Models that it used and what they cost, the costliest first. */
  models: [model: string, usd: number][];
  turns: number;
  requests: number;
  calls: number;
  failed: number;
  denied: number;
  compactions: number;
  subagents: number;
  input: number;
  output: number;
  cacheRead: number;
  costUsd: number;
  /** Requests whose model has no known price, and which are not in the cost. */
  unpriced: number;
  /** Cost by day: the start of the quarter of an hour is kept, and the page's own clock makes days of it. */
  slots: [slotMs: number, usd: number][];
  /** Failed calls by tool. */
  failures: [tool: string, calls: number, failed: number][];
  forkedFrom?: string;
}

/** How much of a usage limit is used up, as Claude Code last said it to a status line. */
export interface PageLimit {
  /** `five_hour` or `seven_day`. */
  window: string;
  /** 0 to 1. */
  usedRatio: number;
  resetMs?: number;
}

/** The row of a session; undefined for one in which nothing has happened. */
export function pageRow(
  key: string,
  id: string,
  { rows, firstMs, lastMs, place, forkedFrom }: Summary,
  status: string,
): PageRow | undefined {
  if (firstMs === undefined || lastMs === undefined) return undefined;
  const counts = countsOf(rows);
  return {
    key,
    id,
    ...(place.project === undefined ? {} : { project: place.project }),
    ...(place.branch === undefined ? {} : { branch: place.branch }),
    startMs: firstMs,
    lastMs,
    status,
    models: modelsOf(rows),
    turns: counts.turns,
    requests: counts.requests,
    calls: counts.toolCalls,
    failed: counts.failedToolCalls,
    denied: counts.deniedToolCalls,
    compactions: counts.compactions,
    subagents: counts.subagents,
    input: counts.input + counts.cacheRead + counts.cacheWrite5m + counts.cacheWrite1h,
    output: counts.output,
    cacheRead: counts.cacheRead,
    costUsd: counts.costUsd,
    unpriced: counts.unpricedRequests,
    slots: [...sumBy(rows, ({ slotMs }) => slotMs)]
      .map(([slotMs, { costUsd }]): [number, number] => [slotMs, costUsd])
      .filter(([, usd]) => usd > 0),
    failures: [...sumBy(rows, ({ tool }) => tool)]
      .filter(([, { failedToolCalls }]) => failedToolCalls > 0)
      .map(([tool, { toolCalls, failedToolCalls }]) => [tool, toolCalls, failedToolCalls]),
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
  };
}

function modelsOf(rows: readonly Row[]): PageRow["models"] {
  return [...sumBy(rows, ({ model }) => model)]
    .map(([model, { costUsd }]): [string, number] => [model, costUsd])
    .sort(([, a], [, b]) => b - a);
}

function sumBy<Key>(rows: readonly Row[], keyOf: (row: Row) => Key | undefined): Map<Key, Counts> {
  const sums = new Map<Key, Counts>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === undefined) continue;
    const sum = sums.get(key) ?? noCounts();
    sums.set(key, sum);
    addCounts(sum, row);
  }
  return sums;
}
