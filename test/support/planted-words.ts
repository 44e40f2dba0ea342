import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesUnder, type Recording } from "./recordings.ts";

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

/** The names of all fields of a recording that hold a text somewhere, at any depth. */
export function textFieldsOf({ folder }: Recording): string[] {
  const fields = new Set<string>();
  const walk = (node: unknown, name: string): void => {
    if (typeof node === "string") fields.add(name);
    else if (Array.isArray(node)) for (const item of node) walk(item, name);
    else if (typeof node === "object" && node !== null)
      for (const [key, child] of Object.entries(node)) walk(child, key);
  };
  for (const path of filesUnder(join(folder, "projects"))) {
    const lines = path.endsWith(".jsonl")
      ? readFileSync(path, "utf8").split("\n")
      : [readFileSync(path, "utf8")];
    for (const line of lines) if (line.startsWith("{")) walk(JSON.parse(line), "");
  }
  return [...fields].sort();
}

/**
 * A copy of the recording below `folder` in which every text of the fields says `word`. `value`: only where it says that
 * so far. Files that are named after such a text are named after the word.
 */
export function plant(
  { folder: from, name }: Recording,
  folder: string,
  fields: readonly string[],
  word: string,
  value?: string,
): Recording {
  cpSync(join(from, "projects"), join(folder, "projects"), { recursive: true });
  const change = (node: unknown, key: string): unknown => {
    if (typeof node === "string")
      return fields.includes(key) && (value === undefined || node === value) ? word : node;
    if (Array.isArray(node)) return node.map((item) => change(item, key));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, change(child, name)]));
  };
  for (const path of filesUnder(join(folder, "projects"))) {
    const lines = readFileSync(path, "utf8").split("\n");
    const planted = lines.map((line) =>
      line.startsWith("{") ? JSON.stringify(change(JSON.parse(line), "")) : line,
    );
    writeFileSync(path, planted.join("\n"));
    if (value !== undefined && basename(path).includes(value))
      renameSync(path, join(dirname(path), basename(path).replace(value, word)));
  }
  return { name, folder };
}
