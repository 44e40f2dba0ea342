/**
 * Adds to and removes from a JSON text without changing the text around it. jsonc-parser's `modify` does not fit: with
 * formatting it indents the whole line again, without formatting it adds no spaces, and when it removes the last
 * element of an array it leaves a character too many or too few. Its tree and `applyEdits` do fit. One rule makes every
 * addition reversible: it comes directly after the last sibling, and its removal deletes everything from the end of the
 * previous sibling to its own end.
 */

import { applyEdits, type Node } from "jsonc-parser";
import { raw } from "./json-document.ts";

/** Returns `body` with `"key": value` as the last member of `object`, in the style of its neighbors. */
export function appendMember(body: string, object: Node, key: string, value: unknown): string {
  return append(body, object, (style) => `${JSON.stringify(key)}:${style.space}${render(value, style)}`);
}

/** Returns `body` with `value` as the last element of `array`, in the style of its neighbors. */
export function appendItem(body: string, array: Node, value: unknown): string {
  return append(body, array, (style) => render(value, style));
}

/** Returns `body` without one member or element of `container`. After the last one the brackets are empty. */
export function removeChild(body: string, container: Node, child: Node): string {
  const children = container.children ?? [];
  const index = children.indexOf(child);
  const previous = children[index - 1];
  const next = children[index + 1];
  if (previous) return cut(body, end(previous), end(child));
  if (next) return cut(body, child.offset, next.offset);
  return cut(body, container.offset + 1, end(container) - 1);
}

/** Returns `body` with the text of one value replaced. */
export function replaceRaw(body: string, node: Node, text: string): string {
  return applyEdits(body, [{ offset: node.offset, length: node.length, content: text }]);
}

/** Returns `body` with one value replaced. Uses several lines if the old value or its surroundings do. */
export function replaceValue(body: string, node: Node, value: unknown): string {
  const style = {
    ...styleOf(body, node, /[\r\n]/.test(raw(body, node))),
    indent: lineIndent(body, node.offset),
  };
  return replaceRaw(body, node, render(value, style));
}

interface Style {
  readonly lines: boolean;
  readonly eol: string;
  /** One step of indentation. */
  readonly unit: string;
  /** The indentation of the line that the value starts on. */
  readonly indent: string;
  /** The space after a colon, and after a comma on one line. */
  readonly space: string;
}

function append(body: string, container: Node, write: (style: Style) => string): string {
  const last = container.children?.at(-1);
  if (!last) return appendFirst(body, container, write);
  const lead = /\s*$/.exec(body.slice(container.offset + 1, last.offset))?.[0] ?? "";
  const broken = /(\r\n|\n|\r)([ \t]*)$/.exec(lead);
  const style = styleOf(body, container, broken !== null);
  const text = broken
    ? `,${broken[0]}${write({ ...style, eol: broken[1] ?? "\n", indent: broken[2] ?? "" })}`
    : `,${style.space}${write(style)}`;
  return insert(body, end(last), text);
}

/**
 * An empty container stays on one line if its parent is on one line. The root never does: a person could not read it.
 */
function appendFirst(body: string, container: Node, write: (style: Style) => string): string {
  const around = container.parent?.type === "property" ? container.parent.parent : container.parent;
  const lines = around === undefined || /[\r\n]/.test(raw(body, around));
  const style = styleOf(body, container, lines);
  const outer = lines ? lineIndent(body, container.offset) : "";
  const indent = outer + style.unit;
  const text = lines
    ? `${style.eol}${indent}${write({ ...style, indent })}${style.eol}${outer}`
    : write(style);
  const inner = { offset: container.offset + 1, length: container.length - 2 };
  return applyEdits(body, [{ ...inner, content: text }]);
}

function styleOf(body: string, node: Node, lines: boolean): Style {
  const root = rootOf(node);
  const first = root.children?.[0];
  const lead = first ? /(?:\r\n|\n|\r)([ \t]*)$/.exec(body.slice(root.offset + 1, first.offset)) : null;
  const spaced = lines || !first || /[:,] /.test(raw(body, root));
  return {
    lines,
    eol: /\r\n|\n|\r/.exec(body)?.[0] ?? "\n",
    unit: lead?.[1] || "  ",
    indent: "",
    space: spaced ? " " : "",
  };
}

function render(value: unknown, style: Style): string {
  if (!style.lines) return renderInline(value, style.space);
  const text = JSON.stringify(value, null, style.unit);
  return text.replaceAll("\n", style.eol + style.indent);
}

function renderInline(value: unknown, space: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => renderInline(item, space)).join(`,${space}`)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}:${space}${renderInline(item, space)}`,
  );
  return `{${members.join(`,${space}`)}}`;
}

function lineIndent(body: string, offset: number): string {
  const start = Math.max(body.lastIndexOf("\n", offset - 1), body.lastIndexOf("\r", offset - 1)) + 1;
  return /^[ \t]*/.exec(body.slice(start, offset))?.[0] ?? "";
}

function rootOf(node: Node): Node {
  return node.parent ? rootOf(node.parent) : node;
}

function end(node: Node): number {
  return node.offset + node.length;
}

function insert(body: string, offset: number, content: string): string {
  return applyEdits(body, [{ offset, length: 0, content }]);
}

function cut(body: string, from: number, to: number): string {
  return applyEdits(body, [{ offset: from, length: to - from, content: "" }]);
}
