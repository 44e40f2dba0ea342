import { parseDate } from "../transcript/fields.ts";
import { type Match, matcherOf } from "./match.ts";
import { type SaidText, searchedInput, textsOf } from "./record-text.ts";
import { linesWith, needlesOf } from "./scan.ts";

/** A place in a session that holds the words of a query. */
export interface Hit extends Match {
  kind: SaidText["kind"];
  /** The id of the item that `ccotel view` shows it in. Empty if it shows it in none. */
  id: string;
  /** Time of the record, if it has one. */
  atMs?: number;
}

/** How to search. */
interface FindOptions {
  /** Stops at so many hits. */
  limit: number;
  /** Whether to search tool results, too. */
  results: boolean;
  /** Only records since then, in epoch ms, and those without a time. */
  sinceMs?: number;
}

/**
 * Finds the texts in these files that hold all words, each once even if its row repeats. `words`: as from `wordsOf`.
 * Ignores case. `isCut`: there are more hits than the limit.
 */
export function findText(
  paths: readonly string[],
  words: readonly string[],
  { limit, results, sinceMs = Number.NEGATIVE_INFINITY }: FindOptions,
): { hits: Hit[]; isCut: boolean } {
  const hits: Hit[] = [];
  if (words.length === 0) return { hits, isCut: false };
  const needles = needlesOf(words);
  const matchIn = matcherOf(words);
  const seen = new Set<string>();
  for (const path of paths) {
    for (const line of linesWith(path, needles)) {
      const record = parse(line);
      const atMs = timeOf(record);
      if (atMs !== undefined && atMs < sinceMs) continue;
      for (const { kind, id, text } of textsOf(record, searchedInput)) {
        if (kind === "result" && !results) continue;
        const match = matchIn(text);
        if (match === undefined) continue;
        const key = `${kind} ${id} ${text.length} ${match.before}`;
        if (seen.has(key)) continue;
        if (hits.length === limit) return { hits, isCut: true };
        seen.add(key);
        hits.push({ kind, id, ...(atMs === undefined ? {} : { atMs }), ...match });
      }
    }
  }
  return { hits, isCut: false };
}

function timeOf(record: unknown): number | undefined {
  const { timestamp } = (record ?? {}) as { timestamp?: unknown };
  const atMs = typeof timestamp === "string" ? parseDate(timestamp) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
