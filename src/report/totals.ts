import { printable } from "../printable.ts";
import type { Counts } from "../session/amounts.ts";
import { countsOf, groupRows } from "../session/sums/rows.ts";
import type { Summary } from "../session/sums/summary.ts";
import { count, dollars, grouped, plural } from "../units.ts";
import type { Style } from "./text/style.ts";
import { wrap } from "./text/wrap.ts";

/** The totals of a session as JSON value: all counts, the counts of each model, and the number of errors by type. */
interface Totals extends Omit<Counts, "costUsd"> {
  /** Cost in USD of the requests with a known price. Absent if none has one. */
  costUsd?: number;
  /** What Claude Code's own sum has in addition, in USD. */
  hiddenUsd?: number;
  models: ({ model: string } & ModelCounts)[];
  errors: Record<string, number>;
}

type OfAModel = (typeof OF_A_MODEL)[number];

type ModelCounts = Omit<Pick<Counts, OfAModel>, "costUsd"> & { costUsd?: number };

const OF_A_MODEL = [
  "requests",
  "failedRequests",
  "unpricedRequests",
  "provisionalRequests",
  "input",
  "output",
  "cacheRead",
  "cacheWrite5m",
  "cacheWrite1h",
  "reasoning",
  "webSearches",
  "costUsd",
] as const satisfies (keyof Counts)[];

/** Adds up a summary's rows, also by model. */
export function totalsOf({ rows, hiddenUsd }: Summary): Totals {
  const models = [...groupRows(rows, ({ model }) => model)].map(([model, counts]) => {
    const own = Object.fromEntries(OF_A_MODEL.map((key) => [key, counts[key]])) as Record<OfAModel, number>;
    return { model, ...withKnownCost(own) };
  });
  const errors = [...groupRows(rows, ({ error }) => error)].map(
    ([error, { failedRequests, failedToolCalls }]) => [error, failedRequests + failedToolCalls] as const,
  );
  return {
    ...withKnownCost(countsOf(rows)),
    ...(hiddenUsd === undefined ? {} : { hiddenUsd }),
    models: models.sort((a, b) => (a.model < b.model ? -1 : 1)),
    errors: Object.fromEntries(errors.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Removes the cost if no request has a known price, because an unknown price is not zero. */
function withKnownCost<Of extends Pick<Counts, OfAModel>>(
  counts: Of,
): Omit<Of, "costUsd"> & { costUsd?: number } {
  const { costUsd, ...others } = counts;
  const { requests, failedRequests, unpricedRequests } = counts;
  return requests - failedRequests - unpricedRequests > 0 ? { ...others, costUsd } : others;
}

/** Draws the totals in the words of `/cost`. */
export function drawTotals(totals: Totals, style: Style): string[] {
  const counts = [
    plural(totals.turns, "turn"),
    plural(totals.requests, "request") + ofWhich({ failed: totals.failedRequests }),
    plural(totals.toolCalls, "tool call") +
      ofWhich({ failed: totals.failedToolCalls, denied: totals.deniedToolCalls }),
    plural(totals.subagents, "subagent"),
  ];
  const [first = "", ...more] = indented(counts.map(together).join(", "), style);
  const lines = [first.replace("     ", style.paint("bold", "Total")), ...more];
  for (const sum of totals.models) {
    if (sum.requests > sum.failedRequests) lines.push(...indented(drawModel(sum), style));
  }
  const { costUsd, hiddenUsd, unpricedRequests, provisionalRequests } = totals;
  if (unpricedRequests > 0) {
    lines.push(...indented(`No known price: ${plural(unpricedRequests, "request")}.`, style));
  }
  if (provisionalRequests > 0) {
    const which = plural(provisionalRequests, "request");
    lines.push(...indented(`Output and cost are too low: ${which} without a final output count.`, style));
  }
  if (hiddenUsd !== undefined && Math.abs(hiddenUsd) >= SMALLEST_USD) {
    const why = "requests that the transcript does not hold (compaction, titles, cut-off answers)";
    lines.push(...indented(`Claude Code's own sum has ${dollars(hiddenUsd)} more, for ${why}.`, style));
  }
  if (costUsd !== undefined) {
    const sum = dollars(costUsd + (hiddenUsd ?? 0));
    lines.push(`${style.paint("bold", "Cost")}   ${sum} (compare with /cost in Claude Code)`);
  }
  return lines;
}

/** A smaller difference is no hidden cost: the order of addition changes the last digits of a sum. */
const SMALLEST_USD = 1e-9;

function ofWhich(counts: Record<string, number>): string {
  const some = Object.entries(counts).flatMap(([what, count]) =>
    count === 0 ? [] : [`${grouped(count)} ${what}`],
  );
  return some.length === 0 ? "" : ` (${some.join(", ")})`;
}

function drawModel(sum: Totals["models"][number]): string {
  const parts = [
    `${count(sum.input)} input`,
    `${count(sum.output)} output`,
    `${count(sum.cacheRead)} cache read`,
    `${count(sum.cacheWrite5m + sum.cacheWrite1h)} cache write`,
    ...(sum.webSearches > 0 ? [plural(sum.webSearches, "web search", "web searches")] : []),
  ];
  const cost = sum.costUsd === undefined ? "" : ` (${dollars(sum.costUsd)})`;
  return `${printable(sum.model)}: ${parts.map(together).join(", ")}${cost}`;
}

/** Joins words with no-break spaces, so that `wrap` does not break the line between them. */
function together(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

function indented(text: string, style: Style): string[] {
  return wrap(text, Math.min(style.columns, 100) - 7).map((line) => `       ${line}`);
}
