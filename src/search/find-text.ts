import { openIfFile, openIfThere } from "../files/transcript-file.ts";
import { parseJson } from "../objects.ts";
import { parseDate } from "../transcript/fields.ts";
import { type Match, matcherOf } from "./match.ts";
import { type SaidText, searchedInput, textsOf } from "./record-text.ts";
import { linesWith, type Needles, needlesOf } from "./scan.ts";
import { seenText } from "./seen-text.ts";

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
}

/** `isCut`: there are more hits than the limit. */
interface Found {
  hits: Hit[];
  isCut: boolean;
}

/** `sinceMs`: only records since then, in epoch ms, and those without a time. */
type TextFinder = (paths: readonly string[], sinceMs?: number) => Found;

/**
 * Returns a function that finds the texts in a session's files that hold all words, each once even if its row repeats.
 * Throws if the first file, the transcript, cannot be read. `words`: as from `wordsOf`. Ignores case.
 */
export function textFinder(words: readonly string[], { limit, results }: FindOptions): TextFinder {
  if (words.length === 0) return () => ({ hits: [], isCut: false });
  const hitsIn = hitFinder(words, results);
  return (paths, sinceMs) => {
    const hits: Hit[] = [];
    for (const hit of hitsIn(paths, sinceMs)) {
      if (hits.length === limit) return { hits, isCut: true };
      hits.push(hit);
    }
    return { hits, isCut: false };
  };
}

function hitFinder(words: readonly string[], results: boolean) {
  const needles = needlesOf(words);
  const matchIn = matcherOf(words);
  return function* (paths: readonly string[], sinceMs = Number.NEGATIVE_INFINITY): Generator<Hit> {
    const seen = new Set<string>();
    for (const line of linesOfAll(paths, needles)) {
      const record = parseJson(line);
      const atMs = timeOf(record);
      if (atMs !== undefined && atMs < sinceMs) continue;
      for (const said of textsOf(record, searchedInput)) {
        const { kind, id, text } = said;
        const match = kind === "result" && !results ? undefined : matchIn(seenText(record, said));
        if (match === undefined) continue;
        const key = `${kind} ${id} ${text.length} ${match.before}`;
        if (seen.has(key)) continue;
        seen.add(key);
        yield { kind, id, ...(atMs === undefined ? {} : { atMs }), ...match };
      }
    }
  };
}

function* linesOfAll(paths: readonly string[], needles: Needles): Generator<string> {
  const [main, ...agents] = paths;
  if (main !== undefined) yield* linesWith(main, needles, openIfThere);
  for (const path of agents) yield* linesWith(path, needles, openIfFile);
}

function timeOf(record: unknown): number | undefined {
  const { timestamp } = (record ?? {}) as { timestamp?: unknown };
  const atMs = typeof timestamp === "string" ? parseDate(timestamp) : Number.NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}
