import { expect, test } from "vitest";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import { markCacheMisses } from "../../src/session/conversation/cache-miss.ts";
import type { LlmRequest } from "../../src/session/model.ts";
import { noUsage } from "../../src/session/sums/usage.ts";

const appraise = createAppraiser();
const MINUTE = 60_000;

function request(atMs: number, usage: Partial<LlmRequest["usage"]>, model = "claude-opus-5-5"): LlmRequest {
  const plain: LlmRequest = {
    key: String(atMs),
    requestedModel: model,
    startMs: atMs,
    endMs: atMs + 1000,
    usage: { ...noUsage(), ...usage },
    retries: [],
  };
  return { ...plain, ...appraise(plain) };
}

const missOf = (before: LlmRequest, next: LlmRequest) => {
  markCacheMisses([before, next], undefined, appraise);
  expect(before.cacheMiss).toBeUndefined();
  return next.cacheMiss;
};

const first = () => request(0, { input: 10, cacheWrite5m: 20_000 });

test("a request that caches again what the previous one had cached is a miss, with its additional cost", () => {
  const miss = missOf(first(), request(MINUTE, { input: 10, cacheWrite5m: 21_000 }));
  expect(miss).toMatchObject({ tokens: 20_000, cause: "prompt_changed" });
  // 20,000 tokens were written at 5 USD per million instead of being read at 0.20.
  expect(miss?.usd).toBeCloseTo((20_000 * (5 - 0.2)) / 1e6, 12);
});

test("a miss says whether another model or a pause caused it", () => {
  const again = { input: 10, cacheWrite5m: 21_000 };
  expect(missOf(first(), request(6 * MINUTE + 1000, again))?.cause).toBe("expired_5m");
  expect(missOf(first(), request(MINUTE, again, "claude-sonnet-5-5"))?.cause).toBe("model_changed");
  const hour = request(0, { cacheWrite1h: 20_000 });
  expect(missOf(hour, request(6 * MINUTE, again))?.cause).toBe("prompt_changed");
  expect(missOf(request(0, { cacheWrite1h: 20_000 }), request(62 * MINUTE, again))?.cause).toBe("expired_1h");
});

test("what is cached for an hour still is after a request that only reads it", () => {
  const requests = [
    request(0, { cacheWrite1h: 20_000 }),
    request(MINUTE, { input: 10, cacheRead: 20_000 }),
    request(20 * MINUTE, { input: 10, cacheWrite1h: 20_500 }),
  ];
  markCacheMisses(requests, undefined, appraise);
  expect(requests.map(({ cacheMiss }) => cacheMiss?.cause)).toEqual([undefined, undefined, "prompt_changed"]);
});

test("a request that reads the cache is no miss, nor is one after a compaction or an error", () => {
  expect(missOf(first(), request(MINUTE, { cacheRead: 20_000, cacheWrite5m: 500 }))).toBeUndefined();
  expect(missOf(first(), request(MINUTE, { cacheWrite5m: 3_000 }))).toBeUndefined();
  expect(missOf(request(0, { input: 9_000 }), request(MINUTE, { input: 9_500 }))).toBeUndefined();
  const failed = { ...request(MINUTE, {}), error: { type: "overloaded_error" } };
  const next = request(2 * MINUTE, { cacheRead: 20_000 });
  markCacheMisses([first(), failed, next], undefined, appraise);
  expect([failed.cacheMiss, next.cacheMiss]).toEqual([undefined, undefined]);
});

test("a miss of a model without a price has no cost", () => {
  const unknown = missOf(
    request(0, { cacheWrite5m: 20_000 }, "x-1"),
    request(MINUTE, { cacheWrite5m: 20_000 }, "x-1"),
  );
  expect(unknown).toEqual({ tokens: 20_000, cause: "prompt_changed" });
});
