import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Finished } from "../../src/session/model.ts";
import type { SessionOptions } from "../../src/session/options.ts";
import type { Mutation } from "./mutate.ts";
import { filesOfSession, readWhole } from "./recordings.ts";

export interface Changes {
  /** A value of the field that stands somewhere is put where another one stands, in whatever file. */
  swaps: { field: string; from: number; to: number }[];
  /** What else happens to a file's lines. */
  mutations: { file: number; mutate: Mutation }[];
  /** All lines of one file are written behind those of another one. */
  copies: { from: number; to: number }[];
}

/** Reads a copy of the session whose files have been changed. */
export function readMutated(path: string, changes: Changes, options: Partial<SessionOptions>): Finished[] {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-mutated-"));
  try {
    const place = (file: string) => join(folder, relative(dirname(path), file));
    const files = filesOfSession(path).map((file) => ({ file, text: readFileSync(file, "utf8") }));
    const at = (index: number) => files[index % files.length] as (typeof files)[number];
    for (const { from, to } of changes.copies) at(to).text += at(from).text;
    for (const { field, from, to } of changes.swaps) swap(files, field, from, to);
    for (const { file, mutate } of changes.mutations)
      at(file).text = mutate(at(file).text.split("\n")).join("\n");
    for (const { file, text } of files) {
      mkdirSync(dirname(place(file)), { recursive: true });
      writeFileSync(place(file), text);
    }
    return readWhole(place(path), options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function swap(files: { text: string }[], field: string, from: number, to: number): void {
  const pattern = new RegExp(`"${field}":"([^"]*)"`, "g");
  const found = files.flatMap((file) => [...file.text.matchAll(pattern)].map((match) => ({ file, match })));
  const source = found[from % found.length];
  const target = found[to % found.length];
  if (source === undefined || target === undefined) return;
  const { file, match } = target;
  file.text =
    file.text.slice(0, match.index) +
    `"${field}":"${source.match[1]}"` +
    file.text.slice(match.index + match[0].length);
}
