import { printable } from "../printable.ts";
import { clientUsdOf } from "../session/sums/counts.ts";
import { type Block, type Burn, totalOf } from "../stats/blocks.ts";
import type { Dimension } from "../stats/dimensions.ts";
import { expensiveRows, keyFigures, outOfRange } from "../stats/key-figures.ts";
import type { Stats, StatsRow } from "../stats/stats.ts";
import { dollarColumn, dollars } from "../units.ts";
import { type DrawnRow, NUMBERS, OF_TOOLS } from "./stats-columns.ts";
import { costNotes, MARKS, markNotes } from "./stats-notes.ts";
import { type Column, drawColumns } from "./text/columns.ts";
import { MAX_COLUMNS, type Style } from "./text/style.ts";
import { wrap } from "./text/wrap.ts";

const TOTAL = "Total";

/** Names may be long. Beyond this width, the numbers beside them say more. */
const ENOUGH_OF_NAME = 24;
const NAMES: readonly Dimension[] = ["project", "agent", "skill", "mcp", "tool", "branch"];

/** What a table shows. */
interface Table {
  /** The columns of the rows' keys. */
  keys: readonly Column[];
  rows: readonly (StatsRow & Burn)[];
  total: StatsRow;
  hiddenUsd?: number;
  isOfTools: boolean;
  /** Rows with a marked cost. */
  expensive: ReadonlySet<StatsRow>;
}

/** Draws statistics as a table. A value out of its usual range has a `!` after it. */
export function drawStats(stats: Stats, style: Style): string {
  const { by } = stats;
  const keys = by.map(
    (dimension): Column => ({
      head: dimension.toUpperCase(),
      align: "left",
      rank: 0,
      ...(NAMES.includes(dimension) ? { enough: ENOUGH_OF_NAME } : {}),
    }),
  );
  return drawTable(
    { ...stats, keys, isOfTools: by.includes("tool"), expensive: expensiveRows(stats) },
    style,
  );
}

/** Draws five-hour windows. The active one has its rate and projected cost. `nameOf`: formats epoch ms for a person. */
export function drawBlocks(
  { blocks, hiddenUsd }: { blocks: readonly Block[]; hiddenUsd?: number },
  nameOf: (ms: number) => string,
  style: Style,
): string {
  const keys: Column[] = [
    { head: "FROM", align: "left", rank: 0 },
    { head: "TO", align: "left", rank: 5 },
  ];
  const rows = blocks.map(({ startMs, endMs, isActive, ...block }) => ({
    ...block,
    keys: [nameOf(startMs), isActive ? "now" : nameOf(endMs)],
    sessions: 0,
  }));
  const total = { keys: [], counts: totalOf(blocks), sessions: 0 };
  const hidden = hiddenUsd === undefined ? {} : { hiddenUsd };
  return drawTable({ keys, rows, total, ...hidden, isOfTools: false, expensive: new Set() }, style);
}

function drawTable(table: Table, style: Style): string {
  const { keys, isOfTools } = table;
  // The columns of tools are always shown for them.
  const numbers = NUMBERS.filter((column) => isOfTools || column.isOfTools !== true).map(
    (column): (typeof NUMBERS)[number] =>
      isOfTools && OF_TOOLS.includes(column.head) ? { ...column, rank: 0 } : column,
  );
  const cellsOf = (row: DrawnRow) => numbers.map(({ cell }) => cell(row));
  const [sum, ...drawn] = drawnRows(table);
  const rows = drawn.map((row) => [...row.keys.map(printable), ...cellsOf(row)]);
  const sums = [TOTAL, ...keys.slice(1).map(() => ""), ...cellsOf(sum as DrawnRow)];
  const all = [...keys, ...numbers.map((column): Column => ({ ...column, align: "right" }))];
  // A model has no turns, and a tool no tokens: such a column would hold nothing but the total.
  const isUsed = (_: unknown, index: number) =>
    index < keys.length || rows.length === 0 || rows.some((row) => row[index] !== "");
  const used = all.map(isUsed);
  const columns = all.filter((_, index) => used[index]);
  const cells = [...rows, sums].map((row) => row.filter((_, index) => used[index]));
  const withMarks = columns.flatMap(({ head: name }, index) =>
    MARKS[name] !== undefined && cells.some((row) => row[index]?.endsWith("!")) ? [index] : [],
  );
  const [head = "", ...lines] = drawColumns(columns, alignMarks(cells, new Set(withMarks)), style.columns);
  const body = lines.slice(0, -1);
  const last = style.paint("bold", lines.at(-1) ?? "");
  const text = [style.paint("dim", head), ...body, ...(body.length > 0 ? [""] : []), last];
  // A narrow terminal does not show all columns.
  const shown = head.split(/ {2,}/);
  const marked = withMarks
    .flatMap((index) => columns[index]?.head ?? [])
    .filter((name) => shown.includes(name));
  const notes = [...(isOfTools ? [] : costNotes(table)), ...markNotes(marked)].flatMap((note) =>
    wrap(note, Math.min(style.columns, MAX_COLUMNS)),
  );
  return `${[...text, ...notes.map((note) => style.paint("dim", note))].join("\n")}\n`;
}

/** The total and the rows, with what their cells are drawn from. */
function drawnRows({ rows, total, expensive }: Table): DrawnRow[] {
  const all: (StatsRow & Burn)[] = [total, ...rows];
  const money = dollarColumn(
    all.flatMap(({ counts, usdPerHour = 0, projectedUsd = 0 }) => [
      counts.costUsd,
      clientUsdOf(counts),
      usdPerHour,
      projectedUsd,
    ]),
  );
  // Claude Code's own sum has a column only if it differs by what is shown.
  const least = money === dollars ? 0.00005 : 0.005;
  const differs = all.some(({ counts }) => Math.abs(counts.clientMoreUsd) >= least);
  return all.map((row) => ({
    ...row,
    figures: keyFigures(row.counts),
    outOfRange: outOfRange(row.counts, row.sessions),
    isExpensive: expensive.has(row),
    hasCost: row.counts.requests > 0 || row === total,
    differs,
    money,
  }));
}

/** Adds a space to figures without a mark in columns that have marks, so that their digits align. */
function alignMarks(rows: readonly string[][], marked: ReadonlySet<number>): string[][] {
  return rows.map((row) =>
    row.map((cell, index) => (cell !== "" && marked.has(index) && !cell.endsWith("!") ? `${cell} ` : cell)),
  );
}
