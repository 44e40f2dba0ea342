import { expect, test } from "vitest";
import { createPace } from "../../src/bridge/pace.ts";
import type { Outcome } from "../../src/otlp/outcome.ts";

const down: Outcome = { kind: "retryable", message: "refused", code: "ECONNREFUSED" };

test("attempts come after 1, 2, 4, 8, 16 and 30 seconds; after two minutes of failures there are none", () => {
  const pace = createPace();
  let now = 5_000;
  const waits: number[] = [];
  for (;;) {
    pace.failed(down, now);
    const waitMs = pace.waitMs(now);
    if (waitMs === undefined) break;
    waits.push(waitMs);
    now += waitMs;
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("a success begins the patience anew", () => {
  const pace = createPace();
  pace.failed(down, 0);
  pace.succeeded();
  pace.failed(down, 1_000_000);
  expect(pace.waitMs(1_000_000)).toBe(1_000);
});

test("what only somebody can repair ends the attempts at once", () => {
  const pace = createPace();
  pace.failed({ kind: "blocked", status: 401, message: "" }, 0);
  expect(pace.waitMs(0)).toBe(undefined);
});

test("a backend that wants to be left alone for longer than two minutes is left to the next event", () => {
  const pace = createPace();
  pace.failed({ kind: "retryable", status: 429, retryAfterMs: 121_000, message: "" }, 0);
  expect(pace.waitMs(0)).toBe(undefined);
});
