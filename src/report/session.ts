import { printable } from "../printable.ts";
import type { Summary } from "../session/sums/summary.ts";
import { clock } from "../units.ts";
import type { SpanNode } from "./node.ts";
import type { Style } from "./text/style.ts";
import { drawTree } from "./text/tree.ts";
import { shorten } from "./text/width.ts";
import { wrap, wrapBehind } from "./text/wrap.ts";
import { drawTotals, totalsOf } from "./totals.ts";

/** Draws a session: its head, the tree of its spans, and the totals. */
export function drawSession(
  sessionId: string,
  nodes: readonly SpanNode[],
  summary: Summary,
  style: Style,
): string {
  return [
    ...drawHead(sessionId, summary, style),
    "",
    ...drawTree(withTimes(nodes), style),
    "",
    ...drawTotals(totalsOf(summary), style),
    ...drawFound(sessionId, nodes, style),
    "",
  ].join("\n");
}

/** Names the findings in the tree, and the command that explains them. */
function drawFound(sessionId: string, nodes: readonly SpanNode[], { columns, paint }: Style): string[] {
  const ids = [...new Set(nodes.flatMap(({ findings = [] }) => findings))].sort();
  if (ids.length === 0) return [];
  const them = ids.length === 1 ? "it" : "them";
  const text = `${ids.join(", ")} (ccotel audit ${sessionId} --findings explains ${them})`;
  const [first = "", ...more] = wrapBehind("Found  ", text, Math.min(columns, 100));
  return [first.replace("Found", paint("bold", "Found")), ...more];
}

/** Adds its time to each run of a session that has several: the START of a run is the beginning of its own time. */
function withTimes(nodes: readonly SpanNode[]): readonly SpanNode[] {
  const isRun = ({ name }: SpanNode) => /^claude_code\.session(?: |$)/.test(name);
  if (nodes.filter(isRun).length < 2) return nodes;
  return nodes.map((node) => (isRun(node) ? { ...node, notes: [clock(node.startMs)] } : node));
}

/** Draws the head of a session: its id, project, branch, client version and start. */
export function drawHead(sessionId: string, summary: Summary, style: Style): string[] {
  const { project, branch, clientVersion } = summary.place;
  const facts = [
    project,
    branch,
    clientVersion === undefined ? undefined : `Claude Code ${clientVersion}`,
    summary.firstMs === undefined ? undefined : clock(summary.firstMs),
  ];
  const known = facts.flatMap((fact) => (fact === undefined ? [] : [printable(fact)])).join(" · ");
  return [
    `${style.paint("bold", "Session")} ${printable(sessionId)}`,
    ...wrap(known, style.columns).map((line) => style.paint("dim", shorten(line, style.columns))),
  ];
}
