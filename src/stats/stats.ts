import type { Counts } from "../session/amounts.ts";
import { addCounts, noCounts } from "../session/sums/counts.ts";
import { type Row, SLOT_MS } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";
import { addUsd } from "../session/sums/usage.ts";
import { type Dimension, isPeriod } from "./dimensions.ts";
import { isPartOf, type Limits } from "./extent.ts";
import { type Calendar, periodNamer } from "./periods.ts";

/** A session's summary with its id. */
export interface SessionSummary {
  sessionId: string;
  summary: Summary;
}

/** What to count, and how to group it. */
export interface StatsRequest extends Limits {
  by: readonly Dimension[];
  calendar: Calendar;
}

/** One group: its keys, in the order of `by`, and its sums. */
export interface StatsRow {
  keys: string[];
  counts: Counts;
  sessions: number;
}

/** What a request counts of some sessions. Plain JSON. Different sessions have sums that add up, by `mergeSums`. */
export interface Sums {
  rows: { keys: string[]; counts: Partial<Counts>; sessions: number }[];
  /** Zero counts are left out. */
  counts: Partial<Counts>;
  sessions: number;
  /** What Claude Code's own sums have beyond the records, in USD. Undefined if it wrote none. */
  hiddenUsd?: number;
  /** Whether every row of every session that has one was counted. */
  isWhole: boolean;
  /** Start of the first and end of the last slot with a counted row. */
  firstMs?: number;
  lastMs?: number;
}

/** The result of `statsOf`. */
export interface Stats {
  by: readonly Dimension[];
  rows: StatsRow[];
  total: StatsRow;
  /** What Claude Code's own sums have beyond the records, in USD. Undefined if only a part of a session was counted. */
  hiddenUsd?: number;
  /** Start of the first and end of the last slot with a counted row. */
  firstMs?: number;
  lastMs?: number;
}

/** Adds up many sessions, grouped by `by`. Periods are sorted by time, other groups by cost. */
export function statsOf(sessions: Iterable<SessionSummary>, request: StatsRequest): Stats {
  const adder = createAdder(request);
  for (const session of sessions) adder.add(session);
  return mergeSums([adder.sums()], request);
}

/** The rows that a request counts. */
export function chosenRows({ rows }: Summary, request: StatsRequest): Row[] {
  return rows.filter(chooser(request));
}

/** Adds up sessions for a request, one by one. */
export function createAdder(request: StatsRequest): { add(session: SessionSummary): void; sums(): Sums } {
  const namers = request.by.map((dimension) => namer(dimension, request.calendar));
  const isChosen = chooser(request);
  const rows = new Map<string, Sums["rows"][number] & { ids: Set<string> }>();
  const sums: Sums = { rows: [], counts: {}, sessions: 0, isWhole: true };

  function add({ sessionId, summary }: SessionSummary): void {
    let took = 0;
    for (const row of summary.rows) {
      if (!isChosen(row)) continue;
      took++;
      seen(sums, row.slotMs, row.slotMs + SLOT_MS);
      addCounts(sums.counts, row);
      const keys = namers.map((name) => name(row, sessionId));
      if (keys.some((key) => key === undefined)) continue;
      const id = JSON.stringify(keys);
      const sum = rows.get(id) ?? {
        keys: keys as string[],
        counts: {},
        sessions: 0,
        ids: new Set<string>(),
      };
      rows.set(id, sum);
      sum.ids.add(sessionId);
      addCounts(sum.counts, row);
    }
    if (took === 0) return;
    sums.sessions++;
    if (took < summary.rows.length) sums.isWhole = false;
    if (summary.hiddenUsd !== undefined) sums.hiddenUsd = addUsd(sums.hiddenUsd ?? 0, summary.hiddenUsd);
  }

  return {
    add,
    sums: () => ({
      ...sums,
      rows: [...rows.values()].map(({ ids, ...row }) => ({ ...row, sessions: ids.size })),
    }),
  };
}

/** Adds up the sums of different sessions. */
export function mergeSums(parts: Iterable<Sums>, { by }: StatsRequest): Stats {
  const total = { keys: [], counts: noCounts(), sessions: 0 } satisfies StatsRow;
  const stats: Stats = { by, rows: [], total };
  const rows = new Map<string, StatsRow>();
  let isWhole = true;
  for (const part of parts) {
    addCounts(total.counts, part.counts);
    total.sessions += part.sessions;
    isWhole &&= part.isWhole;
    if (part.hiddenUsd !== undefined) stats.hiddenUsd = addUsd(stats.hiddenUsd ?? 0, part.hiddenUsd);
    if (part.firstMs !== undefined && part.lastMs !== undefined) seen(stats, part.firstMs, part.lastMs);
    for (const { keys, counts, sessions } of part.rows) {
      const id = JSON.stringify(keys);
      const sum = rows.get(id) ?? { keys, counts: noCounts(), sessions: 0 };
      rows.set(id, sum);
      sum.sessions += sessions;
      addCounts(sum.counts, counts);
    }
  }
  if (!isWhole) delete stats.hiddenUsd;
  stats.rows = [...rows.values()].sort(comparer(by, [...rows.values()]));
  return stats;
}

function seen(times: { firstMs?: number; lastMs?: number }, firstMs: number, lastMs: number): void {
  times.firstMs = Math.min(times.firstMs ?? firstMs, firstMs);
  times.lastMs = Math.max(times.lastMs ?? lastMs, lastMs);
}

type Namer = (row: Row, sessionId: string) => string | undefined;

/** The key of a row in a dimension. Undefined if the row has none: a request has no tool, a tool call has no model. */
function namer(dimension: Dimension, calendar: Calendar): Namer {
  if (isPeriod(dimension)) {
    const name = periodNamer(dimension, calendar);
    return ({ slotMs }) => name(slotMs);
  }
  switch (dimension) {
    case "session":
      return (_, sessionId) => sessionId;
    case "project":
      return ({ project }) => project ?? "(unknown)";
    case "branch":
      return ({ branch }) => branch ?? "(none)";
    case "agent":
      return ({ agent }) => agent ?? "main";
    case "model":
      return ({ model }) => model;
    // Only requests have a skill, and only requests and calls a server. A turn or a compaction has no key.
    case "skill":
      return ({ skill, model }) => skill ?? (model === undefined ? undefined : "(none)");
    case "mcp":
      return ({ mcp, model, tool }) =>
        mcp ?? (model === undefined && tool === undefined ? undefined : "(none)");
    default:
      return ({ tool }) => tool;
  }
}

function chooser({ sinceMs, untilMs, project, model }: StatsRequest): (row: Row) => boolean {
  const holds = (value = "", part: string | undefined) => part === undefined || isPartOf(part, value);
  return (row) =>
    (sinceMs === undefined || row.slotMs >= sinceMs) &&
    (untilMs === undefined || row.slotMs < untilMs) &&
    holds(row.project, project) &&
    holds(row.model, model);
}

/** Sorts periods by time, other keys by the cost of all rows with the same first keys, then by requests and calls. */
function comparer(
  by: readonly Dimension[],
  rows: readonly Pick<StatsRow, "keys" | "counts">[],
): (a: StatsRow, b: StatsRow) => number {
  const weights = new Map<string, Counts>();
  const last = by.length - 1;
  const prefix = (keys: readonly string[], index: number) => JSON.stringify(keys.slice(0, index + 1));
  for (const { keys, counts } of rows) {
    for (let index = 0; index < last; index++) {
      const sum = weights.get(prefix(keys, index)) ?? noCounts();
      weights.set(prefix(keys, index), sum);
      addCounts(sum, counts);
    }
  }
  // No other row has the same keys.
  const weight = (row: StatsRow, index: number) =>
    index === last ? row.counts : (weights.get(prefix(row.keys, index)) ?? row.counts);
  return (a, b) => {
    for (const [index, dimension] of by.entries()) {
      const [x = "", y = ""] = [a.keys[index], b.keys[index]];
      if (x === y) continue;
      if (isPeriod(dimension)) return x < y ? -1 : 1;
      const [u, v] = [weight(a, index), weight(b, index)];
      const order = v.costUsd - u.costUsd || v.requests + v.toolCalls - u.requests - u.toolCalls;
      return order !== 0 ? order : x < y ? -1 : 1;
    }
    return 0;
  };
}
