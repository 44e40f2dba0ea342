import { printable } from "../printable.ts";
import { count, dollars, duration } from "../units.ts";
import type { SpanNode } from "./node.ts";
import { MAX_COLUMNS, type Style } from "./text/style.ts";
import { padEnd, shorten, width } from "./text/width.ts";

/** A span of a session that still runs. */
export interface LiveNode extends SpanNode {
  /** Whether the span is final. A call without a result or a turn without an end is not. */
  isSettled: boolean;
}

/** Draws the news of a session that still runs, line by line. */
interface Follower {
  /** Lines for the spans that have begun or ended since the last call, sorted by time. */
  lines(nodes: readonly LiveNode[]): string[];
}

const MAX_DEPTH = 6;

/** Creates a follower. `nameOf`: formats epoch ms as a time of day. */
export function createFollower(style: Style, nameOf: (ms: number) => string): Follower {
  const begun = new Set<string>();
  const ended = new Set<string>();
  /** Ids of the spans that are drawn: all but the session span. */
  const ids = new Set<string>();
  const parents = new Map<string, string>();
  const columns = Math.min(style.columns, MAX_COLUMNS);

  const depthOf = (node: SpanNode) => {
    let depth = 0;
    for (let id = parents.get(node.spanId); id !== undefined && depth < MAX_DEPTH; id = parents.get(id))
      depth++;
    return depth;
  };

  function line(atMs: number, node: LiveNode, words: string, numbers: string): string {
    const head = `${nameOf(atMs)}  ${"  ".repeat(depthOf(node))}`;
    const room = columns - width(head) - (numbers === "" ? 0 : width(numbers) + 2);
    const text = shorten(printable(words), Math.max(8, room));
    const isRed = node.isError && ended.has(node.spanId);
    const painted = style.paint(
      isRed ? "red" : node.name.startsWith("invoke_agent") ? "bold" : undefined,
      text,
    );
    if (numbers === "") return style.paint("dim", head) + painted;
    return `${style.paint("dim", head)}${painted}${padEnd("", Math.max(2, columns - width(head) - width(text) - width(numbers)))}${numbers}`;
  }

  /** The lines of a span, and between its beginning and its end those of the spans in it. */
  function draw(
    node: LiveNode,
    inside: ReadonlyMap<string, readonly LiveNode[]>,
  ): { atMs: number; text: string }[] {
    const { spanId, startMs, endMs } = node;
    const isAgent = node.name.startsWith("invoke_agent");
    const lines: { atMs: number; text: string }[] = [];
    if (isAgent && !begun.has(spanId)) {
      begun.add(spanId);
      lines.push({ atMs: startMs, text: line(startMs, node, wordsOf(node, { ends: false }), "") });
    }
    for (const child of inside.get(spanId) ?? []) lines.push(...draw(child, inside));
    if (node.isSettled && !ended.has(spanId)) {
      ended.add(spanId);
      const words = isAgent ? `${plainName(node)} ended${notesOf(node)}` : wordsOf(node, { ends: true });
      lines.push({ atMs: endMs, text: line(endMs, node, words, numbersOf(node)) });
    }
    return lines;
  }

  return {
    lines(nodes) {
      const shown = nodes.filter(({ name }) => !name.startsWith("claude_code.session"));
      for (const { spanId } of shown) ids.add(spanId);
      for (const { spanId, parentSpanId } of shown)
        if (parentSpanId !== undefined && ids.has(parentSpanId)) parents.set(spanId, parentSpanId);
      const inside = new Map(shown.map(({ spanId }) => [spanId, [] as LiveNode[]]));
      const outermost: LiveNode[] = [];
      for (const node of shown.sort((a, b) => a.startMs - b.startMs))
        (inside.get(parents.get(node.spanId) ?? "") ?? outermost).push(node);
      // Sorting keeps the order of what is at the same time.
      return outermost
        .flatMap((node) => draw(node, inside))
        .sort((a, b) => a.atMs - b.atMs)
        .map(({ text }) => text);
    },
  };
}

function wordsOf(node: LiveNode, { ends }: { ends: boolean }): string {
  const failed = ends && node.isError ? "✗ " : "";
  const about = node.about === undefined ? "" : `  ${node.about}`;
  return `${failed}${plainName(node)}${about}${ends ? notesOf(node) : ""}`;
}

/** The span's name; `turn 3` for a turn, whose span name is always the same. */
function plainName({ name, notes }: SpanNode): string {
  const turn = name.startsWith("invoke_agent claude-code")
    ? notes.find((note) => /^turn \d+$/.test(note))
    : undefined;
  return turn ?? name;
}

function notesOf(node: SpanNode): string {
  const notes = node.notes.filter((note) => note !== plainName(node));
  return notes.length === 0 ? "" : `  ${notes.join(", ")}`;
}

function numbersOf({ startMs, endMs, tokens, costUsd }: SpanNode): string {
  const cells = [
    duration(endMs - startMs).padStart(7),
    (tokens === undefined ? "" : `${count(tokens.input)}→${count(tokens.output)}`).padStart(12),
    (costUsd === undefined ? "" : dollars(costUsd)).padStart(8),
  ];
  return cells.join(" ").trimEnd();
}
