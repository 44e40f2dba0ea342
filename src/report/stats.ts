import { printable } from "../printable.ts";
import { clientUsdOf } from "../session/sums/counts.ts";
import { type Block, type Burn, totalOf } from "../stats/blocks.ts";
import type { Dimension } from "../stats/dimensions.ts";
import { expensiveRows, keyFigures, outOfRange } from "../stats/key-figures.ts";
import type { Stats, StatsRow } from "../stats/stats.ts";
import { count, dollarColumn, dollars, duration, grouped, percent } from "../units.ts";
import { costNotes, MARKS, markNotes } from "./stats-notes.ts";
import { type Column, drawColumns } from "./text/columns.ts";
import { MAX_COLUMNS, type Style } from "./text/style.ts";
import { wrap } from "./text/wrap.ts";

const NUMBERS: readonly Column[] = [
  { head: "SESSIONS", align: "right", rank: 6 },
  { head: "TURNS", align: "right", rank: 5 },
  { head: "REQUESTS", align: "right", rank: 4 },
  { head: "IN", align: "right", rank: 3 },
  { head: "OUT", align: "right", rank: 2 },
  { head: "CACHED", align: "right", rank: 7 },
  { head: "CACHE READ", align: "right", rank: 14 },
  { head: "CACHE WRITE", align: "right", rank: 15 },
  { head: "CALLS", align: "right", rank: 8 },
  { head: "FAILED", align: "right", rank: 9 },
  { head: "DENIED", align: "right", rank: 12 },
  { head: "TIME", align: "right", rank: 10 },
  { head: "COMPACTED", align: "right", rank: 13 },
  { head: "ACTIVE", align: "right", rank: 11 },
  { head: "PER HOUR", align: "right", rank: 1 },
  { head: "BY ITS END", align: "right", rank: 1 },
  { head: "CLAUDE CODE", align: "right", rank: 1 },
  { head: "COST", align: "right", rank: 0 },
];

const TOTAL = "Total";

/** What tools have. They have no tokens and no cost. */
const OF_TOOLS = ["CALLS", "FAILED", "DENIED", "TIME"];

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
  const { keys, total, isOfTools } = table;
  const amounts = [total, ...table.rows].flatMap(({ counts, usdPerHour = 0, projectedUsd = 0 }: Amounts) => [
    counts.costUsd,
    clientUsdOf(counts),
    usdPerHour,
    projectedUsd,
  ]);
  const money = dollarColumn(amounts);
  // Claude Code's own sum has a column only if it differs by what is shown.
  const least = money === dollars ? 0.00005 : 0.005;
  const differs = [...table.rows, total].some(({ counts }) => Math.abs(counts.clientMoreUsd) >= least);
  const drawn = { ...table, differs, money };
  const rows = table.rows.map((row) => [...row.keys.map(printable), ...numbersOf(row, drawn)]);
  const sums = [TOTAL, ...keys.slice(1).map(() => ""), ...numbersOf(total, drawn)];
  // A model has no turns, and a tool no tokens: such a column would hold nothing but the total.
  const used = new Set(
    [...sums.keys()].filter(
      (index) => index < keys.length || rows.length === 0 || rows.some((row) => row[index] !== ""),
    ),
  );
  const isUsed = (_: unknown, index: number) => used.has(index);
  // The columns of tools are always shown for them.
  const numbers = NUMBERS.map((column) =>
    isOfTools && OF_TOOLS.includes(column.head) ? { ...column, rank: 0 } : column,
  );
  const columns = [...keys, ...numbers].filter(isUsed);
  const cells = [...rows, sums].map((row) => row.filter(isUsed));
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

type Amounts = Pick<StatsRow, "counts"> & Burn;

/** Adds a space to figures without a mark in columns that have marks, so that their digits align. */
function alignMarks(rows: readonly string[][], marked: ReadonlySet<number>): string[][] {
  return rows.map((row) =>
    row.map((cell, index) => (cell !== "" && marked.has(index) && !cell.endsWith("!") ? `${cell} ` : cell)),
  );
}

interface Drawn extends Table {
  /** Whether Claude Code's own sum has a column. */
  differs: boolean;
  money: (usd: number) => string;
}

/** The cells of a row, one for each of `NUMBERS`. */
function numbersOf(row: StatsRow & Burn, { differs, money, isOfTools, expensive, total }: Drawn): string[] {
  const { counts, sessions, usdPerHour, projectedUsd } = row;
  const { cacheHits, toolFailures, clientUsd } = keyFigures(counts);
  const marks = outOfRange(counts, sessions);
  const marked = (text: string, figure: (typeof marks)[number]) =>
    marks.includes(figure) ? `${text}!` : text;
  const some = (value: number, text: string) => (value === 0 ? "" : text);
  const known = (usd: number | undefined) => (usd === undefined ? "" : money(usd));
  // Only requests have a price. Tool calls have none.
  const hasCost = counts.requests > 0 || row === total;
  const written = counts.cacheWrite5m + counts.cacheWrite1h;
  const input = counts.input + counts.cacheRead + written;
  return [
    some(sessions, grouped(sessions)),
    some(counts.turns, grouped(counts.turns)),
    some(counts.requests, grouped(counts.requests)),
    some(input, count(input)),
    some(counts.output, count(counts.output)),
    cacheHits === undefined ? "" : marked(percent(cacheHits), "cacheHits"),
    some(counts.cacheRead, count(counts.cacheRead)),
    some(written, count(written)),
    some(counts.toolCalls, grouped(counts.toolCalls)),
    toolFailures === undefined || toolFailures === 0 ? "" : marked(percent(toolFailures), "toolFailures"),
    some(counts.deniedToolCalls, percent(counts.deniedToolCalls / counts.toolCalls)),
    isOfTools ? some(counts.toolMs, duration(counts.toolMs)) : "",
    some(counts.compactions, marked(grouped(counts.compactions), "compactions")),
    some(counts.turnMs, duration(counts.turnMs)),
    known(usdPerHour),
    known(projectedUsd),
    differs && hasCost ? money(clientUsd) : "",
    hasCost ? `${money(counts.costUsd)}${expensive.has(row) ? "!" : ""}` : "",
  ];
}
