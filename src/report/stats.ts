import { printable } from "../printable.ts";
import type { Block } from "../stats/blocks.ts";
import { expensiveRows, keyFigures, outOfRange, type Stats, type StatsRow } from "../stats/stats.ts";
import { count, dollarColumn, dollars, duration, plural } from "../units.ts";
import { type Column, drawColumns } from "./text/columns.ts";
import type { Style } from "./text/tree.ts";
import { wrap } from "./text/wrap.ts";

const NUMBERS: readonly Column[] = [
  { head: "SESSIONS", align: "right", rank: 6 },
  { head: "TURNS", align: "right", rank: 5 },
  { head: "REQUESTS", align: "right", rank: 4 },
  { head: "IN", align: "right", rank: 3 },
  { head: "OUT", align: "right", rank: 2 },
  { head: "CACHED", align: "right", rank: 7 },
  { head: "CALLS", align: "right", rank: 8 },
  { head: "FAILED", align: "right", rank: 9 },
  { head: "TIME", align: "right", rank: 10 },
  { head: "COMPACTED", align: "right", rank: 12 },
  { head: "ACTIVE", align: "right", rank: 11 },
  { head: "CLAUDE CODE", align: "right", rank: 1 },
  { head: "COST", align: "right", rank: 0 },
];

const TOTAL = "Total";

/** Longer lines of text are hard to read. */
const MAX_COLUMNS = 120;

/** What tools have. They have no tokens and no cost. */
const OF_TOOLS = ["CALLS", "FAILED", "TIME"];

/** The columns of numbers. Those of tools are always shown for them. */
function numbersOf({ by }: Stats): readonly Column[] {
  const isOfTools = by.includes("tool");
  return NUMBERS.map((column) =>
    isOfTools && OF_TOOLS.includes(column.head) ? { ...column, rank: 0 } : column,
  );
}

/** Draws statistics as a table. A value out of its usual range has a `!` after it. */
export function drawStats(stats: Stats, style: Style): string {
  const keys = stats.by.map(
    (dimension): Column => ({ head: dimension.toUpperCase(), align: "left", rank: 0 }),
  );
  // Claude Code's own sum has a column only if it differs.
  const differs = [...stats.rows, stats.total].some(({ counts }) => Math.abs(counts.clientMoreUsd) > 0.00005);
  const ofTotal = stats.total.counts;
  const money = dollarColumn([ofTotal.costUsd, ofTotal.costUsd + ofTotal.clientMoreUsd]);
  const drawn = { differs, money, isOfTools: stats.by.includes("tool"), expensive: expensiveRows(stats) };
  const rows = stats.rows.map((row) => cellsOf(row, row.keys.map(printable), drawn));
  const total = cellsOf(stats.total, keys.length === 0 ? [] : [TOTAL, ...keys.slice(1).map(() => "")], drawn);
  // A model has no turns, and a tool no tokens: such a column would hold nothing but the total.
  const used = new Set(
    [...total.keys()].filter(
      (index) => index < keys.length || rows.length === 0 || rows.some((row) => row[index] !== ""),
    ),
  );
  const isUsed = (_: unknown, index: number) => used.has(index);
  const columns = [...keys, ...numbersOf(stats)].filter(isUsed);
  const cells = [...rows, total].map((row) => row.filter(isUsed));
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
  const notes = notesOf(stats, marked).flatMap((note) => wrap(note, Math.min(style.columns, MAX_COLUMNS)));
  return `${[...text, ...notes.map((note) => style.paint("dim", note))].join("\n")}\n`;
}

/** Adds a space to figures without a mark in columns that have marks, so that their digits align. */
function alignMarks(rows: readonly string[][], marked: ReadonlySet<number>): string[][] {
  return rows.map((row) =>
    row.map((cell, index) => (cell !== "" && marked.has(index) && !cell.endsWith("!") ? `${cell} ` : cell)),
  );
}

interface Drawn {
  /** Whether Claude Code's own sum has a column. */
  differs: boolean;
  money: (usd: number) => string;
  isOfTools: boolean;
  /** Rows with a marked cost. */
  expensive: ReadonlySet<StatsRow>;
}

function cellsOf(
  row: StatsRow,
  keys: readonly string[],
  { differs, money, isOfTools, expensive }: Drawn,
): string[] {
  const { counts, sessions } = row;
  const { cacheHits, toolFailures, clientUsd } = keyFigures(counts);
  const marks = outOfRange(counts, sessions);
  const marked = (text: string, figure: (typeof marks)[number]) =>
    marks.includes(figure) ? `${text}!` : text;
  const some = (value: number, text: string) => (value === 0 ? "" : text);
  // Only requests have a price. Tool calls have none.
  const hasCost = counts.requests > 0 || keys.length === 0 || keys[0] === TOTAL;
  const input = counts.input + counts.cacheRead + counts.cacheWrite5m + counts.cacheWrite1h;
  return [
    ...keys,
    some(sessions, String(sessions)),
    some(counts.turns, String(counts.turns)),
    some(counts.requests, String(counts.requests)),
    some(input, count(input)),
    some(counts.output, count(counts.output)),
    cacheHits === undefined ? "" : marked(percent(cacheHits), "cacheHits"),
    some(counts.toolCalls, String(counts.toolCalls)),
    toolFailures === undefined || toolFailures === 0 ? "" : marked(percent(toolFailures), "toolFailures"),
    isOfTools ? some(counts.toolMs, duration(counts.toolMs)) : "",
    some(counts.compactions, marked(String(counts.compactions), "compactions")),
    some(counts.turnMs, duration(counts.turnMs)),
    differs && hasCost ? money(clientUsd) : "",
    hasCost ? `${money(counts.costUsd)}${expensive.has(row) ? "!" : ""}` : "",
  ];
}

/** What a mark in a column means. */
const MARKS: Readonly<Record<string, string>> = {
  FAILED: "more than 3 % of the calls failed",
  CACHED: "fewer than 60 % of the input tokens came from the cache",
  COMPACTED: "more than one compaction a session",
  COST: "a cost of more than three times the median",
};

/** Notes that explain the numbers. `marked`: the columns with marks. */
function notesOf({ total, hiddenUsd }: Stats, marked: readonly string[]): string[] {
  const notes: string[] = [];
  const { counts } = total;
  if (hiddenUsd !== undefined && hiddenUsd > 0.00005)
    notes.push(
      `Claude Code counted ${dollars(hiddenUsd)} more for what is in no transcript: compactions, titles, web searches, answers that were cut off. ccotel audit lists it.`,
    );
  const { unpricedRequests, provisionalRequests } = counts;
  if (unpricedRequests > 0) {
    const have =
      unpricedRequests === 1 ? "request has no known price and is" : "requests have no known price and are";
    notes.push(
      `${unpricedRequests} ${have} not in the cost: ccotel status names the models, and a price file (CCOTEL_PRICES) can give them one.`,
    );
  }
  if (provisionalRequests > 0) {
    const was = provisionalRequests === 1 ? "it was" : "they were";
    notes.push(
      `Output and cost are too low: ${plural(provisionalRequests, "request")} without a final output count, because ${was} stopped or Claude Code did not write it.`,
    );
  }
  const meanings = marked.flatMap((column) => MARKS[column] ?? []);
  if (meanings.length > 0) notes.push(`! is out of the usual range: ${oneOf(meanings)}.`);
  return notes;
}

/** `a`, `a or b`, `a, b or c`. */
function oneOf(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

const BLOCK_COLUMNS: readonly Column[] = [
  { head: "FROM", align: "left", rank: 0 },
  { head: "TO", align: "left", rank: 5 },
  { head: "REQUESTS", align: "right", rank: 4 },
  { head: "IN", align: "right", rank: 3 },
  { head: "OUT", align: "right", rank: 2 },
  { head: "PER HOUR", align: "right", rank: 1 },
  { head: "BY ITS END", align: "right", rank: 1 },
  { head: "COST", align: "right", rank: 0 },
];

/** Draws five-hour windows. The active one has its rate and projected cost. `nameOf`: formats epoch ms for a person. */
export function drawBlocks(blocks: readonly Block[], nameOf: (ms: number) => string, style: Style): string {
  const money = dollarColumn(
    blocks.flatMap(({ counts, usdPerHour = 0, projectedUsd = 0 }) => [
      counts.costUsd,
      usdPerHour,
      projectedUsd,
    ]),
  );
  const rows = blocks.map(({ counts, startMs, endMs, isActive, usdPerHour, projectedUsd }) => [
    nameOf(startMs),
    isActive ? "now" : nameOf(endMs),
    String(counts.requests),
    count(counts.input + counts.cacheRead + counts.cacheWrite5m + counts.cacheWrite1h),
    count(counts.output),
    usdPerHour === undefined ? "" : money(usdPerHour),
    projectedUsd === undefined ? "" : money(projectedUsd),
    money(counts.costUsd),
  ]);
  const [head = "", ...lines] = drawColumns(BLOCK_COLUMNS, rows, style.columns);
  return `${[style.paint("dim", head), ...lines].join("\n")}\n`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 && share > 0 ? 1 : 0)}%`;
}
