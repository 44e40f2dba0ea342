import { cpSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
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

/** The names of all fields of a recording that hold such a value somewhere, at any depth. */
export function fieldsOf({ folder }: Recording, type: "string" | "number"): string[] {
  const fields = new Set<string>();
  for (const path of filesUnder(join(folder, "projects"))) {
    rewriteLines(path, (key, value) => {
      const found = typeof value;
      if (found === type) fields.add(key);
      return value;
    });
  }
  return [...fields].sort();
}

/** A copy of the recording below `folder` in which every text of the fields is the word. */
export function plant(from: Recording, folder: string, fields: readonly string[], word: string): Recording {
  return rewrite(from, folder, (key, value) =>
    typeof value === "string" && fields.includes(key) ? word : value,
  );
}

/** A copy below `folder` in which something is called otherwise in all these fields, and in names of files. */
export function rename(
  from: Recording,
  folder: string,
  fields: readonly string[],
  name: string,
  newName: string,
): Recording {
  const copy = rewrite(from, folder, (key, value) =>
    value === name && fields.includes(key) ? newName : value,
  );
  for (const path of filesUnder(join(folder, "projects"))) {
    if (basename(path).includes(name))
      renameSync(path, join(dirname(path), basename(path).replace(name, newName)));
  }
  return copy;
}

/** A copy below `folder` in which every number of the field is `number`, as it is written in JSON. */
export function plantNumber(from: Recording, folder: string, field: string, number: string): Recording {
  return rewrite(
    from,
    folder,
    (key, value) => (typeof value === "number" && key === field ? MARK : value),
    (text) => text.replaceAll(JSON.stringify(MARK), number),
  );
}

const MARK = "the number that is planted here";

function rewrite(
  { folder: from, name }: Recording,
  folder: string,
  change: (key: string, value: unknown) => unknown,
  write: (text: string) => string = (text) => text,
): Recording {
  cpSync(join(from, "projects"), join(folder, "projects"), { recursive: true });
  for (const path of filesUnder(join(folder, "projects")))
    writeFileSync(path, write(rewriteLines(path, change)));
  return { name, folder };
}

/** The file's text with every text and number in it changed. */
function rewriteLines(path: string, change: (key: string, value: unknown) => unknown): string {
  const walk = (node: unknown, key: string): unknown => {
    if (Array.isArray(node)) return node.map((item) => walk(item, key));
    if (typeof node !== "object" || node === null) return change(key, node);
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, walk(child, name)]));
  };
  return readFileSync(path, "utf8")
    .split("\n")
    .map((line) => (line.startsWith("{") ? JSON.stringify(walk(JSON.parse(line), "")) : line))
    .join("\n");
}

/** The main files of a recording, wherever they lie. */
export function mainFiles({ folder }: Recording): string[] {
  return filesUnder(join(folder, "projects")).filter(
    (path) =>
      path.endsWith(".jsonl") && !basename(path).startsWith("agent-") && !path.includes("/subagents/"),
  );
}

/** The recordings with the smallest first. */
export function bySize(recordings: Recording[]): Recording[] {
  const sizeOf = ({ folder }: Recording) =>
    filesUnder(folder).reduce((sum, path) => sum + statSync(path).size, 0);
  return recordings
    .map((one) => ({ one, size: sizeOf(one) }))
    .sort((a, b) => a.size - b.size)
    .map(({ one }) => one);
}
