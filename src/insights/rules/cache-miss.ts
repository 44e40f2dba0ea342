import type { CacheMiss } from "../../session/model.ts";
import { type SessionRule, type Sighting, sumOf } from "../insight.ts";

/** Minimum number of misses with one cause in a session, and their minimum cost. */
const MIN_TIMES = 2;
const MIN_USD = 0.1;

const CAUSES: Record<CacheMiss["cause"], string> = {
  model_changed: "the model changed",
  expired_5m: "a pause of more than 5 minutes",
  expired_1h: "a pause of more than 60 minutes",
  prompt_changed: "the beginning of the prompt changed",
};

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
        subject: CAUSES[cause],
        times: same.length,
        tokens,
        ...(usd === undefined ? {} : { usd }),
      },
    ];
  });
};
