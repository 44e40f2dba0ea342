import type { FileText } from "../read-in-memory.ts";
import type { Mutation } from "./mutate.ts";

export interface Changes {
  /** Replaces one occurrence of the field's value by another one. The two may be in different files. */
  swaps: { field: string; from: number; to: number }[];
  /** Other changes to a file's lines. */
  mutations: { file: number; mutate: Mutation }[];
  /** Appends all lines of file `from` to file `to`. */
  copies: { from: number; to: number }[];
}

/** Returns the session's files with the changes made. Leaves `original` as it is. */
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
