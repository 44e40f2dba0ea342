import { expect, test } from "vitest";
import { createBackoff } from "../../src/delivery/backoff.ts";
import type { Outcome } from "../../src/otlp/outcome.ts";

const down: Outcome = { kind: "retryable", message: "refused", code: "ECONNREFUSED" };

test("a worker retries after 1, 2, 4, 8, 16 and then every 30 seconds, for at most two minutes", () => {
  const backoff = createBackoff();
  let now = 5_000;
  const waits: number[] = [];
  for (;;) {
    backoff.failed(down, now);
    const waitMs = backoff.waitMs(now);
    if (waitMs === undefined) break;
    waits.push(waitMs);
    now += waitMs;
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("a success resets the backoff", () => {
  const backoff = createBackoff();
  backoff.failed(down, 0);
  backoff.succeeded();
  backoff.failed(down, 1_000_000);
  expect(backoff.waitMs(1_000_000)).toBe(1_000);
});

test("a worker does not retry after an error that needs a repair, such as 401", () => {
  const backoff = createBackoff();
  backoff.failed({ kind: "blocked", status: 401, message: "" }, 0);
  expect(backoff.waitMs(0)).toBe(undefined);
});

test("a worker does not wait for a Retry-After of more than two minutes", () => {
  const backoff = createBackoff();
  backoff.failed({ kind: "retryable", status: 429, retryAfterMs: 121_000, message: "" }, 0);
  expect(backoff.waitMs(0)).toBe(undefined);
});
