import { countsOf, groupRows, type Row } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";

/** One session in the page's table of all sessions. Times are epoch milliseconds, money is USD. */
export interface PageRow {
  /** The server's key for the session. */
  key: string;
  id: string;
  project?: string;
  branch?: string;
  startMs: number;
  lastMs: number;
  /** One of `running`, `waiting`, `stuck`, `ended`, `killed`. */
  status: string;
  /** The models it used and their costs, the highest first. */
  models: [model: string, usd: number][];
  turns: number;
  requests: number;
  calls: number;
  failed: number;
  denied: number;
  compactions: number;
  input: number;
  output: number;
  cacheRead: number;
  costUsd: number;
  /** Requests whose model has no known price. The cost does not include them. */
  unpriced: number;
  /** Cost by quarter of an hour, with its start. The page groups the slots into days of its own time zone. */
  slots: [slotMs: number, usd: number][];
  /** Calls and failed calls of each tool. */
  tools: [tool: string, calls: number, failed: number][];
  forkedFrom?: string;
}

/** How much of a usage limit is used, by Claude Code's latest status line. */
export interface PageLimit {
  /** Either `five_hour` or `seven_day`. */
  window: string;
  /** From 0 to 1. */
  usedRatio: number;
  resetMs?: number;
}

/** Returns the row of a session, or undefined for an empty session. */
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
    input: counts.input + counts.cacheRead + counts.cacheWrite5m + counts.cacheWrite1h,
    output: counts.output,
    cacheRead: counts.cacheRead,
    costUsd: counts.costUsd,
    unpriced: counts.unpricedRequests,
    slots: [...groupRows(rows, ({ slotMs }) => slotMs)]
      .map(([slotMs, { costUsd }]): [number, number] => [slotMs, costUsd])
      .filter(([, usd]) => usd > 0),
    tools: [...groupRows(rows, ({ tool }) => tool)].map(([tool, { toolCalls, failedToolCalls }]) => [
      tool,
      toolCalls,
      failedToolCalls,
    ]),
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
  };
}

function modelsOf(rows: readonly Row[]): PageRow["models"] {
  return [...groupRows(rows, ({ model }) => model)]
    .map(([model, { costUsd }]): [string, number] => [model, costUsd])
    .sort(([, a], [, b]) => b - a);
}
