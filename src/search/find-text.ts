import { type SaidText, textsOf } from "./record-text.ts";
import { linesWith, needlesOf } from "./scan.ts";

/** A place in a session that holds the words of a query. */
export interface Hit {
  kind: SaidText["kind"];
  /** The id of the item that `ccotel view` shows it in. */
  id: string;
  /** Time of the record, if it has one. */
  atMs?: number;
  /** The first word of the query (`match`) and the text around it, on one line, with `…` where it goes on. */
  before: string;
  match: string;
  after: string;
}

const AROUND_CHARS = 60;

/** How to search. */
interface FindOptions {
  /** Stops at so many hits. */
  limit: number;
  /** Whether to search tool results, too. */
  results: boolean;
}

/**
 * Finds the texts in these files that hold all words, each once even if its row repeats. `words`: in lower case, as
 * from `wordsOf`. Ignores case. `isCut`: there are more hits than the limit.
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
  const end = at + length;
  const flat = (part: string) => part.replace(/\s+/g, " ");
  return {
    before: `${at > AROUND_CHARS ? "…" : ""}${flat(text.slice(Math.max(0, at - AROUND_CHARS), at))}`,
    match: text.slice(at, end),
    after: `${flat(text.slice(end, end + AROUND_CHARS))}${text.length > end + AROUND_CHARS ? "…" : ""}`,
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
