import type { PageRow } from "../../src/page/history.ts";

export const SORT_KEYS = [
  "lastMs",
  "project",
  "turns",
  "requests",
  "failed",
  "cached",
  "compactions",
  "costUsd",
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

export interface Filter {
  /** Matches the project, branch, session id or label. */
  text: string;
  model: string;
  status: string;
  /** Only sessions in this time range. */
  sinceMs: number;
  untilMs: number;
}

export const ALWAYS = { sinceMs: 0, untilMs: Number.POSITIVE_INFINITY };
export const NO_FILTER: Filter = { text: "", model: "", status: "", ...ALWAYS };

export interface Label {
  title?: string;
  prompt?: string;
}

/** Returns the rows that match the filter, sorted. `hits`: only sessions that a search found. */
export function chosen(
  rows: readonly PageRow[],
  { text, model, status, sinceMs, untilMs }: Filter,
  sort: { key: SortKey; down: boolean },
  labels: ReadonlyMap<string, Label>,
  hits: ReadonlyMap<string, unknown> | undefined,
): PageRow[] {
  const part = text.toLowerCase();
  const kept = rows.filter((row) => {
    if (hits !== undefined && !hits.has(row.key)) return false;
    if (model !== "" && !row.models.some(([name]) => name === model)) return false;
    if (status !== "" && row.status !== status) return false;
    if (row.lastMs < sinceMs || row.startMs >= untilMs) return false;
    if (part === "") return true;
    const { title, prompt } = labels.get(row.key) ?? {};
    return [row.project, row.branch, row.id, title, prompt].some((value) =>
      value?.toLowerCase().includes(part),
    );
  });
  const sign = sort.down ? -1 : 1;
  const weigh = (row: PageRow) =>
    sort.key === "cached" ? cachedShare(row) : sort.key === "project" ? (row.project ?? "") : row[sort.key];
  return kept.sort((a, b) => {
    const [x, y] = [weigh(a), weigh(b)];
    return x === y ? b.lastMs - a.lastMs : x < y ? -sign : sign;
  });
}

/** Returns the share of input tokens from the cache, 0 to 1. Returns 0 without input tokens. */
export function cachedShare({ cacheRead, input }: Pick<PageRow, "cacheRead" | "input">): number {
  return input === 0 ? 0 : cacheRead / input;
}

/** Stands for the project of sessions without one. */
export const UNKNOWN = "(unknown)";

/** Totals of rows for the heading and the charts. */
export interface Overview {
  costUsd: number;
  unpriced: number;
  turns: number;
  requests: number;
  calls: number;
  failed: number;
  denied: number;
  input: number;
  output: number;
  cacheRead: number;
  /** Every day from the first to the last, including days without cost. */
  days: { dayMs: number; usd: number }[];
  projects: [name: string, usd: number][];
  models: [name: string, usd: number][];
  failing: [tool: string, failed: number, calls: number][];
}

/** Sums rows. Groups costs by day, project and model, and failed calls by tool. */
export function overviewOf(rows: readonly PageRow[]): Overview {
  const sums = {
    ...{ costUsd: 0, unpriced: 0, turns: 0, requests: 0, calls: 0 },
    ...{ failed: 0, denied: 0, input: 0, output: 0, cacheRead: 0 },
  };
  const days = new Map<number, number>();
  const projects = new Map<string, number>();
  const models = new Map<string, number>();
  const tools = new Map<string, [failed: number, calls: number]>();
  for (const row of rows) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += row[key];
    for (const [slotMs, usd] of row.slots) add(days, dayOf(slotMs), usd);
    add(projects, row.project ?? UNKNOWN, row.costUsd);
    for (const [model, usd] of row.models) add(models, model, usd);
    for (const [tool, calls, failed] of row.tools) {
      const sum = tools.get(tool) ?? [0, 0];
      tools.set(tool, [sum[0] + failed, sum[1] + calls]);
    }
  }
  const byValue = (map: Map<string, number>) => [...map].sort(([, a], [, b]) => b - a);
  return {
    ...sums,
    days: daysOf(days),
    projects: byValue(projects),
    models: byValue(models),
    failing: [...tools]
      .map(([tool, [failed, calls]]): [string, number, number] => [tool, failed, calls])
      .filter(([, failed]) => failed > 0)
      .sort(([, a], [, b]) => b - a),
  };
}

function daysOf(sums: ReadonlyMap<number, number>): Overview["days"] {
  const known = [...sums.keys()].sort((a, b) => a - b);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return [];
  const days: Overview["days"] = [];
  // Advance by calendar days: some have 23 or 25 hours.
  for (const at = new Date(first); at.getTime() <= last; at.setDate(at.getDate() + 1))
    days.push({ dayMs: at.getTime(), usd: sums.get(at.getTime()) ?? 0 });
  return days;
}

function add<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

/** Returns the start of the day in the reader's time zone. */
export function dayOf(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}
