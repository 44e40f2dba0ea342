import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { answer, call, type Fields, prompt, record, result } from "./scripted-session.ts";

/** A line of a transcript as an object. */
export type Row = Record<string, unknown> & { type: string };

/** Files of a project's folder, by relative path. A string is written as a line without change. */
export type Tree = Record<string, (Row | string)[]>;

/**
 * Functions that make the rows of a small session with those of scripted-session.ts. Each row has its own id, comes a
 * second after the previous one and has it as its parent. Fields that you pass replace the defaults.
 */
export function small(sessionId: string) {
  let counter = 0;
  let seconds = 3600;
  let last: unknown = null;
  const next = (make: (fields: Fields) => Fields): Row => {
    seconds++;
    const row = make({ sessionId, uuid: `row-${sessionId}-${++counter}`, parentUuid: last });
    last = row.uuid;
    return row as Row;
  };
  return {
    prompt: (text: string, more: Fields = {}) =>
      next((own) => prompt(seconds, text, { ...own, ...NO_ORIGIN, ...more })),
    answer: (block: Fields | string, { id, ...more }: Fields = {}) =>
      next((own) => answer(seconds, String(id ?? `${sessionId}-${counter}`), block, { ...own, ...more })),
    call: (id: string) => call(id, "Bash", { command: "ls" }),
    result: (id: string, more: Fields = {}) => next((own) => result(seconds, id, { ...own, ...more })),
    ended: () =>
      next((own) => record("system", seconds, { ...own, subtype: "turn_duration", durationMs: 1 })),
    wait: (ms: number) => {
      seconds += ms / 1000;
    },
  };
}

/** Earlier clients do not say who wrote a prompt. */
const NO_ORIGIN = { turnOrigin: undefined, promptId: undefined };

/** Writes the files and returns the folder. */
export function writeTree(folder: string, tree: Tree): string {
  for (const [name, rows] of Object.entries(tree)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  }
  return folder;
}
