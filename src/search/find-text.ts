import { type SaidText, textsOf } from "./record-text.ts";
import { linesWith, needlesOf } from "./scan.ts";

/** A place where a session says something. */
export interface Hit {
  kind: SaidText["kind"];
  /** The item that the page shows it with. */
  id: string;
  /** When it was said, where the record says so. */
  atMs?: number;
  /** The first of the words, and a little of what is around it, on one line. */
  before: string;
  match: string;
  after: string;
}

const AROUND_CHARS = 60;

/** Which texts count: all, or only those of a person and a model. */
export interface FindOptions {
  /** Stops at so many hits. */
  limit: number;
  /** Also what tools printed. */
  results: boolean;
}

/** `"several words" and single ones`, in lower case. */
export function wordsOf(query: string): string[] {
  return [...query.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map(
    ([, phrase, word]) => phrase ?? word ?? "",
  );
}

/**
 * Where these files say all of the words in one text, each text once however often its row is repeated. Upper and lower
 * case are the same.
 */
export function findText(
  paths: readonly string[],
  words: readonly string[],
  { limit, results }: FindOptions,
): { hits: Hit[]; isCut: boolean } {
  const hits: Hit[] = [];
  const [first = ""] = words;
  if (first === "") return { hits, isCut: false };
  const needles = needlesOf(words);
  const seen = new Set<string>();
  for (const path of paths) {
    for (const line of linesWith(path, needles)) {
      const record = parse(line);
      for (const { kind, id, text } of textsOf(record)) {
        if (kind === "result" && !results) continue;
        const lower = text.toLowerCase();
        if (!words.every((word) => lower.includes(word))) continue;
        const key = `${kind} ${id} ${text.length} ${lower.indexOf(first)}`;
        if (seen.has(key)) continue;
        if (hits.length === limit) return { hits, isCut: true };
        seen.add(key);
        hits.push({ kind, id, ...timeOf(record), ...around(text, lower.indexOf(first), first.length) });
      }
    }
  }
  return { hits, isCut: false };
}

function around(text: string, at: number, length: number): Pick<Hit, "before" | "match" | "after"> {
  const flat = (part: string) => part.replace(/\s+/g, " ");
  return {
    before: flat(text.slice(Math.max(0, at - AROUND_CHARS), at)),
    match: text.slice(at, at + length),
    after: flat(text.slice(at + length, at + length + AROUND_CHARS)),
  };
}

function timeOf(record: unknown): { atMs?: number } {
  const { timestamp } = (record ?? {}) as { timestamp?: unknown };
  const atMs = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  return Number.isFinite(atMs) ? { atMs } : {};
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
