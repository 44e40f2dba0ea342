import type { Stats } from "../stats/stats.ts";
import { dollars, listed, plural } from "../units.ts";

/** What a mark in a column means. */
export const MARKS: Readonly<Record<string, string>> = {
  FAILED: "more than 3 % of the calls failed",
  CACHED: "fewer than 60 % of the input tokens came from the cache",
  COMPACTED: "more than one compaction a session",
  COST: "a cost of more than three times the median",
};

/** Notes that say what is not in the cost. */
export function costNotes({ total, hiddenUsd }: Pick<Stats, "total" | "hiddenUsd">): string[] {
  const notes: string[] = [];
  const { counts } = total;
  if (hiddenUsd !== undefined && hiddenUsd > 0.00005)
    notes.push(
      `Claude Code counted ${dollars(hiddenUsd)} more for what is in no transcript: compactions, titles, web searches, answers that were cut off. ccotel audit SESSION explains it.`,
    );
  const { unpricedRequests, provisionalRequests } = counts;
  if (unpricedRequests > 0) {
    const have =
      unpricedRequests === 1 ? "request has no known price and is" : "requests have no known price and are";
    notes.push(
      `${unpricedRequests} ${have} not in the cost: ccotel status names the models, and a price file (CCOTEL_PRICES) can give them one.`,
    );
  }
  if (provisionalRequests > 0) {
    const was = provisionalRequests === 1 ? "it was" : "they were";
    notes.push(
      `Output and cost are too low: ${plural(provisionalRequests, "request")} without a final output count, because ${was} stopped or Claude Code did not write it.`,
    );
  }
  return notes;
}

/** The note that explains marks. `marked`: the columns with marks. */
export function markNotes(marked: readonly string[]): string[] {
  const meanings = marked.flatMap((column) => MARKS[column] ?? []);
  return meanings.length === 0 ? [] : [`! is out of the usual range: ${listed(meanings, "or")}.`];
}
