import type { PageSession } from "../../src/page/model.ts";

/** The item that a bar of the waterfall represents. */
export type ItemRef =
  | { kind: "turn"; index: number }
  | { kind: "request"; index: number }
  | { kind: "call"; index: number }
  | { kind: "compaction"; index: number };

export interface Bar {
  startMs: number;
  endMs: number;
  item: ItemRef;
}

/** One row of the waterfall. Its bars do not overlap and are in order of time. */
export interface Row {
  /** `TURNS` for the row of turns above all lanes. */
  lane: number;
  /** Whether this is the first row of its lane, which shows the lane's name. */
  isFirst: boolean;
  bars: Bar[];
}

/** The lane number of the row of turns, which belongs to no conversation. */
export const TURNS = -1;

/**
 * Returns the rows of a session: its turns, then for each lane one row of requests and as many rows of calls as run in
 * parallel. The lanes are in the order of their start.
 */
export function rowsOf(page: PageSession): Row[] {
  const requests = page.lanes.map((): Bar[] => []);
  const calls = page.lanes.map((): Bar[] => []);
  for (const [index, { lane, startMs, endMs }] of page.requests.entries())
    requests[lane]?.push({ startMs, endMs, item: { kind: "request", index } });
  for (const [index, { lane, startMs, endMs }] of page.calls.entries())
    calls[lane]?.push({ startMs, endMs, item: { kind: "call", index } });
  for (const [index, { lane, startMs, endMs }] of page.compactions.entries())
    requests[lane]?.push({ startMs, endMs, item: { kind: "compaction", index } });

  const lanes = page.lanes.map((_, lane) => ({
    lane,
    rows: [...packed(requests[lane] ?? []), ...packed(calls[lane] ?? [])],
  }));
  const startOf = ({ rows }: { rows: Bar[][] }) => Math.min(...rows.map(([first]) => first?.startMs ?? 0));
  const [main, ...agents] = lanes.filter(({ lane, rows }) => lane === 0 || rows.length > 0);
  const ofLanes = [...(main === undefined ? [] : [main]), ...agents.sort((a, b) => startOf(a) - startOf(b))];
  return [
    ...turnsRow(page),
    ...ofLanes.flatMap(({ lane, rows }) =>
      (rows.length === 0 ? [[]] : rows).map((bars, index) => ({ lane, isFirst: index === 0, bars })),
    ),
  ];
}

function turnsRow({ turns }: PageSession): Row[] {
  if (turns.length === 0) return [];
  const bars = turns.map(
    ({ startMs, endMs }, index): Bar => ({ startMs, endMs, item: { kind: "turn", index } }),
  );
  return [{ lane: TURNS, isFirst: true, bars: bars.sort((a, b) => a.startMs - b.startMs) }];
}

/** Distributes bars over as few rows as possible without overlap: each goes into the first free row. */
function packed(bars: Bar[]): Bar[][] {
  const rows: Bar[][] = [];
  for (const bar of bars.sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs)) {
    const row = rows.find((candidate) => (candidate.at(-1)?.endMs ?? 0) <= bar.startMs);
    if (row === undefined) rows.push([bar]);
    else row.push(bar);
  }
  return rows;
}

/** Returns the index of the first bar that ends at or after that time. */
export function firstBarFrom(bars: readonly Bar[], ms: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.endMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Returns the rows of the main conversation and of the subagents that do something in a stretch of time: a session may
 * have a hundred of them, one after the other.
 */
export function rowsWithin(rows: readonly Row[], fromMs: number, toMs: number): Row[] {
  const lanes = new Set([TURNS, 0]);
  for (const { lane, bars } of rows) {
    const first = bars[firstBarFrom(bars, fromMs)];
    if (first !== undefined && first.startMs <= toMs) lanes.add(lane);
  }
  return rows.filter(({ lane }) => lanes.has(lane));
}

/** Returns the index of the row that has an item. */
export function rowOf(rows: readonly Row[], { kind, index }: ItemRef): number | undefined {
  const at = rows.findIndex(({ bars }) =>
    bars.some(({ item }) => item.kind === kind && item.index === index),
  );
  return at === -1 ? undefined : at;
}
