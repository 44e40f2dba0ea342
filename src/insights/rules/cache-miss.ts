import { type SessionRule, type Sighting, sumOf } from "../insight.ts";
import { MISS_CAUSES } from "../meanings.ts";

/** Minimum number of misses with one cause in a session, and their minimum cost. */
const MIN_TIMES = 2;
const MIN_USD = 0.1;

/** Context that was in the cache and was paid for again, by cause. */
export const cacheMiss: SessionRule = (story) => {
  const misses = story.conversations.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === "request" ? (step.request.cacheMiss ?? []) : [])),
  );
  const causes = [...new Set(misses.map(({ cause }) => cause))];
  return causes.flatMap((cause): Sighting[] => {
    const same = misses.filter((miss) => miss.cause === cause);
    const usd = sumOf(same.map((miss) => miss.usd));
    if (same.length < MIN_TIMES || (usd ?? 0) < MIN_USD) return [];
    const tokens = same.reduce((sum, miss) => sum + miss.tokens, 0);
    return [
      {
        rule: "cache-miss",
        subject: MISS_CAUSES[cause],
        times: same.length,
        tokens,
        ...(usd === undefined ? {} : { usd }),
      },
    ];
  });
};
