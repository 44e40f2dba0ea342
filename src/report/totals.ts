import { count, dollars, plural } from "./format.ts";
import type { SpanNode, Tokens } from "./node.ts";
import type { Style } from "./tree.ts";
import { wrap } from "./wrap.ts";

/** Sums over the requests of some spans, to be compared with Claude Code's own `/cost`. */
export interface Totals {
  turns: number;
  requests: number;
  toolCalls: number;
  subagents: number;
  errors: number;
  models: ({ model: string; requests: number; costUsd?: number } & Tokens)[];
  /** Of the requests that have a known price; undefined when none has. */
  costUsd?: number;
  /** What Claude Code's sum has beyond that. */
  hiddenUsd?: number;
  unpricedRequests: number;
}

/** Adds up the spans' requests, by model. */
export function totalsOf(nodes: readonly SpanNode[]): Totals {
  const models = new Map<string, Totals["models"][number]>();
  const named = (start: string) => nodes.filter(({ name }) => name.startsWith(start)).length;
  const turns = named("invoke_agent claude-code");
  const totals: Totals = {
    turns,
    requests: 0,
    toolCalls: named("execute_tool "),
    subagents: named("invoke_agent ") - turns,
    errors: nodes.filter(({ isError }) => isError).length,
    models: [],
    unpricedRequests: 0,
  };
  for (const node of nodes) {
    if (node.hiddenUsd !== undefined) totals.hiddenUsd = (totals.hiddenUsd ?? 0) + node.hiddenUsd;
    if (node.model === undefined) continue;
    totals.requests++;
    if (node.isUnpriced) totals.unpricedRequests++;
    if (node.tokens === undefined) continue;
    const sum = models.get(node.model) ?? { model: node.model, requests: 0, ...none };
    models.set(node.model, sum);
    sum.requests++;
    for (const kind of Object.keys(none) as (keyof Tokens)[]) sum[kind] += node.tokens[kind];
    if (node.costUsd === undefined) continue;
    sum.costUsd = (sum.costUsd ?? 0) + node.costUsd;
    totals.costUsd = (totals.costUsd ?? 0) + node.costUsd;
  }
  totals.models = [...models.values()].sort((a, b) => (a.model < b.model ? -1 : 1));
  return totals;
}

/** The sums as text, in the words of `/cost`. */
export function drawTotals(totals: Totals, style: Style): string[] {
  const counts = [
    plural(totals.turns, "turn"),
    plural(totals.requests, "request"),
    plural(totals.toolCalls, "tool call"),
    plural(totals.subagents, "subagent"),
    plural(totals.errors, "error"),
  ];
  const [first = "", ...more] = indented(counts.map(together).join(", "), style);
  const lines = [first.replace("     ", style.paint("bold", "Total")), ...more];
  for (const sum of totals.models) lines.push(...indented(drawModel(sum), style));
  const { costUsd, hiddenUsd, unpricedRequests } = totals;
  if (unpricedRequests > 0) {
    lines.push(...indented(`Without a known price: ${plural(unpricedRequests, "request")}.`, style));
  }
  if (hiddenUsd !== undefined) {
    const why = "requests that the transcript does not hold (compaction, titles, cut-off answers)";
    lines.push(
      ...indented(`Beyond that, in Claude Code's own sum: ${dollars(hiddenUsd)} for ${why}.`, style),
    );
  }
  if (costUsd !== undefined) {
    const sum = dollars(costUsd + (hiddenUsd ?? 0));
    lines.push(`${style.paint("bold", "Cost")}   ${sum} (compare with /cost in Claude Code)`);
  }
  return lines;
}

const none: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, webSearches: 0 };

function drawModel(sum: Totals["models"][number]): string {
  const parts = [
    `${count(sum.input)} input`,
    `${count(sum.output)} output`,
    `${count(sum.cacheRead)} cache read`,
    `${count(sum.cacheWrite)} cache write`,
    ...(sum.webSearches > 0 ? [plural(sum.webSearches, "web search").replace("searchs", "searches")] : []),
  ];
  return `${sum.model}: ${parts.map(together).join(", ")}${sum.costUsd === undefined ? "" : ` (${dollars(sum.costUsd)})`}`;
}

/** Words that no line break may part. */
function together(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

function indented(text: string, style: Style): string[] {
  return wrap(text, Math.min(style.columns, 100) - 7).map((line) => `       ${line}`);
}
