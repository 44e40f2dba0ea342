import type { Conversation, RequestStep } from "../../failures/steps.ts";
import { promptTokens } from "../../session/sums/usage.ts";
import { type SessionRule, type SessionStory, type Sighting, sumOf } from "../insight.ts";

/** Less in the cache is not worth a word. */
const MIN_CACHED = 5_000;
/** A request misses when it reads less than this share of what the one before had in the cache. */
const MIN_SHARE = 0.5;
/** A much shorter prompt is another conversation: a compaction, a rewind. */
const MIN_PROMPT_SHARE = 0.8;
/** From so many misses and USD in a session on. */
const MIN_TIMES = 2;
const MIN_USD = 0.1;

interface Miss {
  cause: string;
  tokens: number;
  usd: number | undefined;
}

/** What had been in the cache and was paid for again, by cause. */
export const cacheMiss: SessionRule = (story) => {
  const misses = story.conversations.flatMap((one) => missesIn(one, story));
  const causes = [...new Set(misses.map(({ cause }) => cause))];
  return causes.flatMap((cause): Sighting[] => {
    const same = misses.filter((miss) => miss.cause === cause);
    const usd = sumOf(same.map((miss) => miss.usd));
    if (same.length < MIN_TIMES || (usd ?? 0) < MIN_USD) return [];
    const tokens = same.reduce((sum, miss) => sum + miss.tokens, 0);
    return [
      {
        rule: "cache-miss",
        subject: cause,
        times: same.length,
        tokens,
        ...(usd === undefined ? {} : { usd }),
      },
    ];
  });
};

function missesIn({ steps }: Conversation, story: SessionStory): Miss[] {
  const requests = steps.filter(
    (step) => step.kind === "request" && step.error === undefined,
  ) as RequestStep[];
  return requests.flatMap((request, index) => {
    const before = requests[index - 1];
    if (before === undefined) return [];
    const cached = before.usage.cacheRead + writtenOf(before);
    if (cached < MIN_CACHED || request.usage.cacheRead >= cached * MIN_SHARE) return [];
    if (promptTokens(request.usage) < promptTokens(before.usage) * MIN_PROMPT_SHARE) return [];
    const tokens = Math.min(cached - request.usage.cacheRead, request.usage.input + writtenOf(request));
    return [{ cause: causeOf(before, request), tokens, usd: usdOf(request, tokens, story) }];
  });
}

function causeOf(before: RequestStep, request: RequestStep): string {
  if (before.model !== request.model) return "the model changed";
  const lifeMs = before.usage.cacheWrite1h > 0 ? 3_600_000 : 300_000;
  if (request.startMs - before.endMs > lifeMs) return `a pause of more than ${lifeMs / 60_000} minutes`;
  return "the beginning of the prompt changed";
}

/** What it cost more than it would have with these tokens read from the cache. */
function usdOf(
  { request, costUsd }: RequestStep,
  tokens: number,
  { appraise }: SessionStory,
): number | undefined {
  const usage = { ...request.usage, cacheRead: request.usage.cacheRead + tokens };
  let left = tokens;
  for (const kind of ["cacheWrite5m", "cacheWrite1h", "input"] as const) {
    const taken = Math.min(left, usage[kind]);
    usage[kind] -= taken;
    left -= taken;
  }
  const asRead = appraise({ ...request, usage }).costUsd;
  return costUsd === undefined || asRead === undefined ? undefined : costUsd - asRead;
}

function writtenOf({ usage }: RequestStep): number {
  return usage.cacheWrite5m + usage.cacheWrite1h;
}
