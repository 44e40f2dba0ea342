import type { Burn } from "../stats/blocks.ts";
import type { keyFigures, outOfRange } from "../stats/key-figures.ts";
import type { StatsRow } from "../stats/stats.ts";
import { count, duration, grouped, percent } from "../units.ts";
import type { Column } from "./text/columns.ts";

/** A row with what its cells are drawn from. */
export interface DrawnRow extends StatsRow, Burn {
  figures: ReturnType<typeof keyFigures>;
  outOfRange: ReturnType<typeof outOfRange>;
  /** A cost far above the usual one. */
  isExpensive: boolean;
  /** Only requests have a price. Tool calls have none. */
  hasCost: boolean;
  /** Whether Claude Code's own sum has a column. */
  differs: boolean;
  /** Formats USD, for all rows alike. */
  money: (usd: number) => string;
}

/** A column of numbers. */
interface NumberColumn extends Omit<Column, "align"> {
  /** A text that ends with `!` is out of its usual range. Empty: the row has no such number. */
  cell(row: DrawnRow): string;
  /** Only tables of tools have it. */
  isOfTools?: true;
}

/** Where there is no room, those with the highest rank are left out first. */
export const NUMBERS: readonly NumberColumn[] = [
  { head: "SESSIONS", rank: 6, cell: ({ sessions }) => some(sessions, grouped) },
  { head: "TURNS", rank: 5, cell: ({ counts }) => some(counts.turns, grouped) },
  { head: "REQUESTS", rank: 4, cell: ({ counts }) => some(counts.requests, grouped) },
  { head: "IN", rank: 3, cell: (row) => some(row.counts.input + row.counts.cacheRead + written(row), count) },
  { head: "OUT", rank: 2, cell: ({ counts }) => some(counts.output, count) },
  {
    head: "CACHED",
    rank: 7,
    cell: (row) => {
      const { cacheHits } = row.figures;
      return cacheHits === undefined ? "" : marked(percent(cacheHits), row, "cacheHits");
    },
  },
  { head: "CACHE READ", rank: 14, cell: ({ counts }) => some(counts.cacheRead, count) },
  { head: "CACHE WRITE", rank: 15, cell: (row) => some(written(row), count) },
  { head: "CALLS", rank: 8, cell: ({ counts }) => some(counts.toolCalls, grouped) },
  {
    head: "FAILED",
    rank: 9,
    cell: (row) =>
      some(row.figures.toolFailures ?? 0, (share) => marked(percent(share), row, "toolFailures")),
  },
  {
    head: "DENIED",
    rank: 12,
    cell: ({ counts }) => some(counts.deniedToolCalls, (denied) => percent(denied / counts.toolCalls)),
  },
  { head: "TIME", rank: 10, isOfTools: true, cell: ({ counts }) => some(counts.toolMs, duration) },
  {
    head: "COMPACTED",
    rank: 13,
    cell: (row) => some(row.counts.compactions, (times) => marked(grouped(times), row, "compactions")),
  },
  { head: "ACTIVE", rank: 11, cell: ({ counts }) => some(counts.turnMs, duration) },
  {
    head: "PER HOUR",
    rank: 1,
    cell: (row) => (row.usdPerHour === undefined ? "" : row.money(row.usdPerHour)),
  },
  {
    head: "BY ITS END",
    rank: 1,
    cell: (row) => (row.projectedUsd === undefined ? "" : row.money(row.projectedUsd)),
  },
  {
    head: "CLAUDE CODE",
    rank: 1,
    cell: (row) => (row.differs && row.hasCost ? row.money(row.figures.clientUsd) : ""),
  },
  {
    head: "COST",
    rank: 0,
    cell: (row) => (row.hasCost ? `${row.money(row.counts.costUsd)}${row.isExpensive ? "!" : ""}` : ""),
  },
];

/** What tools have. They have no tokens and no cost. */
export const OF_TOOLS = ["CALLS", "FAILED", "DENIED", "TIME"];

function some(value: number, format: (value: number) => string): string {
  return value === 0 ? "" : format(value);
}

function written({ counts }: DrawnRow): number {
  return counts.cacheWrite5m + counts.cacheWrite1h;
}

function marked(text: string, row: DrawnRow, figure: DrawnRow["outOfRange"][number]): string {
  return row.outOfRange.includes(figure) ? `${text}!` : text;
}
