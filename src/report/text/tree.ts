import { count, dollars, duration, offset } from "../../units.ts";
import type { SpanNode } from "../node.ts";
import type { Paint, PaintStyle } from "./paint.ts";
import { MAX_COLUMNS, type Style } from "./style.ts";
import { padEnd, shorten, width } from "./width.ts";
import { wrap } from "./wrap.ts";

const MIN_NAME = 24;
const HEADS = ["START", "TIME", "IN→OUT", "COST"];

/**
 * Draws spans as trees, one line each: name and notes on the left, start, duration, tokens and cost on the right. A
 * span is a root if its parent is not in `nodes`. Notes that do not fit get their own lines.
 */
export function drawTree(nodes: readonly SpanNode[], style: Style): string[] {
  const columns = Math.min(style.columns, MAX_COLUMNS);
  const rows = rowsOf(nodes);
  const widths = HEADS.map((head, column) => {
    const widest = rows.reduce((max, row) => Math.max(max, width(row?.cells[column] ?? "")), 0);
    return widest === 0 ? 0 : Math.max(widest, head.length);
  });
  const right = widths.reduce((sum, width) => sum + (width === 0 ? 0 : width + 2), 0);
  const layout: Layout = {
    columns,
    nameWidth: Math.max(MIN_NAME, columns - right),
    align: (cells) =>
      cells
        .map((cell, column) => (widths[column] ? `  ${cell.padStart(widths[column])}` : ""))
        .join("")
        .trimEnd(),
    paint: style.paint,
  };
  const head = style.paint("dim", "SPAN".padEnd(layout.nameWidth) + layout.align(HEADS));
  return [head, ...rows.flatMap((row) => (row === undefined ? [""] : drawRow(row, layout)))];
}

interface Layout {
  columns: number;
  nameWidth: number;
  /** Aligns the numbers of a line with those of the other lines. Columns that are empty in all lines are left out. */
  align: (cells: readonly string[]) => string;
  paint: Paint;
}

interface Row {
  node: SpanNode;
  /** The lines of the tree in front of the name. */
  prefix: string;
  /** The same for the lines of text below the name. */
  continued: string;
  cells: string[];
}

/** The rows of all trees. Undefined stands for an empty line between two trees. */
function rowsOf(nodes: readonly SpanNode[]): (Row | undefined)[] {
  const children = childrenByParent(nodes);
  return rootsOf(nodes).flatMap((root, index) => {
    const tree = rowsBelow(root, "", "", children, root.startMs);
    return index > 0 && tree.length > 1 ? [undefined, ...tree] : tree;
  });
}

function rowsBelow(
  node: SpanNode,
  prefix: string,
  below: string,
  children: ReadonlyMap<string, SpanNode[]>,
  zeroMs: number,
): Row[] {
  const own = children.get(keyOf(node)) ?? [];
  const { tokens } = node;
  const cells = [
    offset(node.startMs - zeroMs),
    node.isRunning ? "" : duration(node.endMs - node.startMs),
    tokens === undefined ? "" : `${count(tokens.input)}→${count(tokens.output)}`,
    node.costUsd === undefined ? "" : dollars(node.costUsd),
  ];
  const row = { node, prefix, continued: below + (own.length > 0 ? "│" : ""), cells };
  return [
    row,
    ...own.flatMap((child, index) => {
      const last = index === own.length - 1;
      return rowsBelow(
        child,
        `${below}${last ? "└─ " : "├─ "}`,
        `${below}${last ? "   " : "│  "}`,
        children,
        zeroMs,
      );
    }),
  ];
}

function drawRow({ node, prefix, continued, cells }: Row, layout: Layout): string[] {
  const { paint } = layout;
  const accent = node.isError ? "red" : "dim";
  const room = layout.nameWidth - width(prefix);
  const name = shorten(`${node.isError ? "✗ " : ""}${node.name}`, room);
  const paintedName = paint(
    node.isError ? "red" : node.parentSpanId === undefined ? "bold" : undefined,
    name,
  );
  const numbers = paint(node.isSum ? "dim" : undefined, layout.align(cells));
  const line = (painted: string, plain: string) =>
    paint("dim", prefix) + painted + " ".repeat(Math.max(0, room - width(plain))) + numbers;

  const notes = node.notes.length === 0 ? "" : `  ${node.notes.join(", ")}`;
  const about = node.about === undefined ? "" : `  ${node.about}`;
  const indent = `${padEnd(continued, width(prefix))}   `;
  const below = (texts: readonly string[], style: PaintStyle) =>
    texts.map((text) => paint("dim", indent) + paint(style, text));
  const roomBelow = Math.max(MIN_NAME, layout.columns - width(indent));
  const notesBelow = () => below(wrap(notes.trim(), roomBelow), accent);

  // `about` follows the name if enough of it fits. Otherwise it gets its own line.
  const besideNotes = room - width(name) - width(notes);
  if (width(about) <= besideNotes || besideNotes >= MIN_ABOUT) {
    const shown = shorten(about, besideNotes);
    return [line(paintedName + shown + paint(accent, notes), name + shown + notes)];
  }
  const beside = room - width(name);
  if (width(about) <= beside || beside >= MIN_ABOUT) {
    const shown = shorten(about, beside);
    return [line(paintedName + shown, name + shown), ...notesBelow()];
  }
  const aboutBelow = below([shorten(about.trim(), roomBelow)], "dim");
  return besideNotes >= 0
    ? [line(paintedName + paint(accent, notes), name + notes), ...aboutBelow]
    : [line(paintedName, name), ...aboutBelow, ...notesBelow()];
}

/** `about` is not cut shorter than this: less of a command says too little. */
const MIN_ABOUT = 34;

function rootsOf(nodes: readonly SpanNode[]): SpanNode[] {
  const known = new Set(nodes.map(keyOf));
  return byStart(nodes.filter((node) => !known.has(parentKeyOf(node))));
}

function childrenByParent(nodes: readonly SpanNode[]): Map<string, SpanNode[]> {
  const children = new Map<string, SpanNode[]>();
  for (const node of nodes) {
    const key = parentKeyOf(node);
    const siblings = children.get(key);
    if (siblings === undefined) children.set(key, [node]);
    else siblings.push(node);
  }
  for (const [key, siblings] of children) children.set(key, byStart(siblings));
  return children;
}

/** Sorts spans by start, in place. A summary follows the spans that it sums up, even if it starts earlier. */
function byStart(nodes: SpanNode[]): SpanNode[] {
  const isSummary = (node: SpanNode) => Number(node.name.endsWith(".summary"));
  return nodes.sort((a, b) => isSummary(a) - isSummary(b) || a.startMs - b.startMs);
}

function keyOf(node: SpanNode): string {
  return node.traceId + node.spanId;
}

function parentKeyOf(node: SpanNode): string {
  return node.traceId + (node.parentSpanId ?? "");
}
