import type { Mutation } from "./mutate.ts";
import type { FileText } from "./read-in-memory.ts";

export interface Changes {
  /** A value of the field that stands somewhere is put where another one stands, in whatever file. */
  swaps: { field: string; from: number; to: number }[];
  /** What else happens to a file's lines. */
  mutations: { file: number; mutate: Mutation }[];
  /** All lines of one file are written behind those of another one. */
  copies: { from: number; to: number }[];
}

/** The session's files with the changes made. */
export function changed(original: readonly FileText[], changes: Changes): FileText[] {
  const files = original.map((file) => ({ ...file }));
  const at = (index: number) => files[index % files.length] as FileText;
  for (const { from, to } of changes.copies) at(to).text += at(from).text;
  for (const { field, from, to } of changes.swaps) swap(files, field, from, to);
  for (const { file, mutate } of changes.mutations)
    at(file).text = mutate(at(file).text.split("\n")).join("\n");
  return files;
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
