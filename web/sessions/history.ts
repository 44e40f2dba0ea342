import type { PageRow } from "../../src/page/history.ts";

export type SortKey =
  | "lastMs"
  | "project"
  | "turns"
  | "requests"
  | "failed"
  | "cached"
  | "compactions"
  | "costUsd";

export interface Filter {
  /** In project, branch, session id or label. */
  text: string;
  model: string;
  status: string;
  /** Only from then on; 0: all. */
  sinceMs: number;
}

export const NO_FILTER: Filter = { text: "", model: "", status: "", sinceMs: 0 };

export interface Label {
  title?: string;
  prompt?: string;
}

/** The rows that the filter lets through, sorted. `hits`: only sessions that were found by their words. */
export function chosen(
  rows: readonly PageRow[],
  { text, model, status, sinceMs }: Filter,
  sort: { key: SortKey; down: boolean },
  labels: ReadonlyMap<string, Label>,
  hits: ReadonlyMap<string, unknown> | undefined,
): PageRow[] {
  const part = text.toLowerCase();
  const kept = rows.filter((row) => {
    if (hits !== undefined && !hits.has(row.key)) return false;
    if (model !== "" && !row.models.includes(model)) return false;
    if (status !== "" && row.status !== status) return false;
    if (row.lastMs < sinceMs) return false;
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

export function cachedShare({ cacheRead, input }: Pick<PageRow, "cacheRead" | "input">): number {
  return input === 0 ? 0 : cacheRead / input;
}

/** Sums over rows for the heading and the charts. */
export interface Overview {
  costUsd: number;
  turns: number;
  requests: number;
  calls: number;
  failed: number;
  input: number;
  output: number;
  cacheRead: number;
  days: { dayMs: number; usd: number }[];
  projects: [name: string, usd: number][];
  models: [name: string, usd: number][];
  failing: [tool: string, failed: number, calls: number][];
}

export function overviewOf(rows: readonly PageRow[]): Overview {
  const sums = { costUsd: 0, turns: 0, requests: 0, calls: 0, failed: 0, input: 0, output: 0, cacheRead: 0 };
  const days = new Map<number, number>();
  const projects = new Map<string, number>();
  const models = new Map<string, number>();
  const tools = new Map<string, [failed: number, calls: number]>();
  for (const row of rows) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += row[key];
    for (const [slotMs, usd] of row.slots) add(days, dayOf(slotMs), usd);
    add(projects, row.project ?? "(unknown)", row.costUsd);
    const [main] = row.models;
    if (main !== undefined) add(models, main, row.costUsd);
    for (const [tool, calls, failed] of row.failures) {
      const sum = tools.get(tool) ?? [0, 0];
      tools.set(tool, [sum[0] + failed, sum[1] + calls]);
    }
  }
  const byValue = (map: Map<string, number>) => [...map].sort(([, a], [, b]) => b - a);
  return {
    ...sums,
    days: [...days].map(([dayMs, usd]) => ({ dayMs, usd })).sort((a, b) => a.dayMs - b.dayMs),
    projects: byValue(projects),
    models: byValue(models),
    failing: [...tools]
      .map(([tool, [failed, calls]]): [string, number, number] => [tool, failed, calls])
      .sort(([, a], [, b]) => b - a),
  };
}

function add<Key>(map: Map<Key, number>, key: Key, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value);
}

/** The start of the day where the reader is. */
function dayOf(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}
