import { basename, dirname, join } from "node:path";
import { type FileText, sessionsOf } from "./read-in-memory.ts";
import type { Recording } from "./recordings.ts";

/** Words that every object answers to, and others that a careless map takes for its own. */
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

/** The names of all fields of a recording that hold such a value somewhere, at any depth. */
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

/** The files with the word in place of every text of the fields. */
export function plant(files: readonly FileText[], fields: readonly string[], word: string): FileText[] {
  return rewrite(files, (key, value) => (typeof value === "string" && fields.includes(key) ? word : value));
}

/** The files with something called otherwise in all these fields, and in names of files. */
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

/** The files with `number`, as it is written in JSON, in place of every number of the field. */
export function plantNumber(files: readonly FileText[], field: string, number: string): FileText[] {
  const marked = rewrite(files, (key, value) => (typeof value === "number" && key === field ? MARK : value));
  return marked.map(({ path, text }) => ({ path, text: text.replaceAll(JSON.stringify(MARK), number) }));
}

const MARK = "the number that is planted here";

function rewrite(files: readonly FileText[], change: (key: string, value: unknown) => unknown): FileText[] {
  return files.map(({ path, text }) => ({ path, text: rewriteLines(text, change) }));
}

/** The text with every text and number of its lines changed. */
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
