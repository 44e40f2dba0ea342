import type { CacheMiss, LlmRequest } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import { promptTokens } from "../sums/usage.ts";

/** What is kept about a conversation's last request, to see whether the next one finds the cached tokens again. */
export interface CacheLeft {
  model: string;
  /** Prompt tokens, and how many of them are in the cache. */
  prompt: number;
  cached: number;
  endMs: number;
  /** The cache keeps them for an hour. */
  isForHour?: true;
}

/** Smaller amounts in the cache are not reported. Tokens. */
const MIN_CACHED = 5_000;
/** A request is a miss when it reads less than this share of what the request before it had in the cache. */
const MIN_SHARE = 0.5;
/** A much shorter prompt is another conversation, after a compaction or a rewind. */
const MIN_PROMPT_SHARE = 0.8;

/** What this request leaves in the cache. The effect of a failed request is unknown, so the state before it is kept. */
function cacheLeftBy(request: LlmRequest, before: CacheLeft | undefined): CacheLeft | undefined {
  const { usage, error, requestedModel: model, endMs } = request;
  if (error !== undefined || promptTokens(usage) === 0) return before;
  const left: CacheLeft = {
    model,
    prompt: promptTokens(usage),
    cached: usage.cacheRead + writtenOf(request),
    endMs,
  };
  // A request that writes nothing reads what earlier ones wrote, which is kept for the same time again.
  const goesOn = writtenOf(request) === 0 && before?.model === model && before.isForHour === true;
  if (usage.cacheWrite1h > 0 || goesOn) left.isForHour = true;
  return left;
}

/**
 * Whether the request paid again for tokens that the request before it in the conversation had in the cache: how many
 * tokens, why, and how much more they cost than reading them, in USD. Undefined when there was no miss, or when it is
 * unknown.
 */
function cacheMissOf(
  request: LlmRequest,
  before: CacheLeft | undefined,
  appraise: SessionOptions["appraise"],
): CacheMiss | undefined {
  const { usage, error } = request;
  if (before === undefined || error !== undefined || before.cached < MIN_CACHED) return undefined;
  if (usage.cacheRead >= before.cached * MIN_SHARE) return undefined;
  if (promptTokens(usage) < before.prompt * MIN_PROMPT_SHARE) return undefined;
  const tokens = Math.min(before.cached - usage.cacheRead, usage.input + writtenOf(request));
  const usd = usdOf(request, tokens, appraise);
  return { tokens, cause: causeOf(before, request), ...(usd === undefined ? {} : { usd }) };
}

function causeOf(before: CacheLeft, request: LlmRequest): CacheMiss["cause"] {
  if (before.model !== request.requestedModel) return "model_changed";
  if (request.startMs - before.endMs > (before.isForHour ? 3_600_000 : 300_000))
    return before.isForHour ? "expired_1h" : "expired_5m";
  return "prompt_changed";
}

/** How much more the request cost than with these tokens read from the cache, in USD. Undefined without a price. */
function usdOf(
  request: LlmRequest,
  tokens: number,
  appraise: SessionOptions["appraise"],
): number | undefined {
  const usage = { ...request.usage, cacheRead: request.usage.cacheRead + tokens };
  let left = tokens;
  for (const kind of ["cacheWrite5m", "cacheWrite1h", "input"] as const) {
    const taken = Math.min(left, usage[kind]);
    usage[kind] -= taken;
    left -= taken;
  }
  const asRead = appraise({ ...request, usage }).costUsd;
  const { costUsd } = request;
  return costUsd === undefined || asRead === undefined ? undefined : costUsd - asRead;
}

function writtenOf({ usage }: LlmRequest): number {
  return usage.cacheWrite5m + usage.cacheWrite1h;
}

/**
 * Sets `cacheMiss` on the finished requests of a conversation, which must be in order. `left`: what the request before
 * them left. Returns what the last one leaves.
 */
export function markCacheMisses(
  requests: readonly LlmRequest[],
  left: CacheLeft | undefined,
  appraise: SessionOptions["appraise"],
): CacheLeft | undefined {
  let before = left;
  for (const request of requests) {
    const miss = cacheMissOf(request, before, appraise);
    if (miss !== undefined) request.cacheMiss = miss;
    before = cacheLeftBy(request, before);
  }
  return before;
}
