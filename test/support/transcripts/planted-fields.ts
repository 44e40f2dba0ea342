import { basename, dirname, join } from "node:path";
import { type FileText, sessionsOf } from "../read-in-memory.ts";
import type { Recording } from "../recordings.ts";

/** Names that every object inherits, and other words that break code which uses a plain object as a map. */
export const WORDS = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "length",
  "toJSON",
  "then",
];

/** The sorted names of all fields in a recording that have a value of this type, at any depth. */
export function fieldsOf(recording: Recording, type: "string" | "number"): string[] {
  const fields = new Set<string>();
  for (const { text } of sessionsOf(recording).flat())
    rewriteLines(text, (key, value) => {
      const found = typeof value;
      if (found === type) fields.add(key);
      return value;
    });
  return [...fields].sort();
}

/** The files with `word` as the value of every string field in `fields`. */
export function plant(files: readonly FileText[], fields: readonly string[], word: string): FileText[] {
  return rewrite(files, (key, value) => (typeof value === "string" && fields.includes(key) ? word : value));
}

/** The files with `newName` for `name`, where it is the whole value of one of `fields` or part of a file name. */
export function rename(
  files: readonly FileText[],
  fields: readonly string[],
  name: string,
  newName: string,
): FileText[] {
  const renamed = rewrite(files, (key, value) => (value === name && fields.includes(key) ? newName : value));
  return renamed.map(({ path, text }) => ({
    path: join(
      dirname(path),
      basename(path).replace(name, () => newName),
    ),
    text,
  }));
}

/** The files with `number`, as written in JSON, as the value of every numeric `field`. */
export function plantNumber(files: readonly FileText[], field: string, number: string): FileText[] {
  const marked = rewrite(files, (key, value) => (typeof value === "number" && key === field ? MARK : value));
  return marked.map(({ path, text }) => ({ path, text: text.replaceAll(JSON.stringify(MARK), number) }));
}

const MARK = "the number that is planted here";

function rewrite(files: readonly FileText[], change: (key: string, value: unknown) => unknown): FileText[] {
  return files.map(({ path, text }) => ({ path, text: rewriteLines(text, change) }));
}

/** The text with `change` applied to every leaf value of its JSON lines. */
function rewriteLines(text: string, change: (key: string, value: unknown) => unknown): string {
  const walk = (node: unknown, key: string): unknown => {
    if (Array.isArray(node)) return node.map((item) => walk(item, key));
    if (typeof node !== "object" || node === null) return change(key, node);
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, walk(child, name)]));
  };
  return text
    .split("\n")
    .map((line) => (line.startsWith("{") ? JSON.stringify(walk(JSON.parse(line), "")) : line))
    .join("\n");
}
