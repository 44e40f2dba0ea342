import { describe, expect, test } from "vitest";
import { observation } from "../../src/telemetry/metrics/observation.ts";
import { parseMetricsState } from "../../src/telemetry/metrics/parse-state.ts";
import { acknowledge, nextRequest } from "../../src/telemetry/metrics/request.ts";
import { seriesKey } from "../../src/telemetry/metrics/series-key.ts";
import { addObservations, type MetricsState, newMetricsState } from "../../src/telemetry/metrics/state.ts";

const T0 = 1_800_000_000_000;
const COUNTER = seriesKey("ccotel.tokens", {});
const HISTOGRAM = seriesKey("gen_ai.client.operation.duration", {});
const OTHER = seriesKey("ccotel.turns", {});

const observed = [
  observation("ccotel.tokens", 7, {}),
  observation("ccotel.turns", 1, {}),
  observation("gen_ai.client.operation.duration", 1.5, {}),
];

function sendAll(state: MetricsState, nowMs: number) {
  const points = [];
  for (;;) {
    const request = nextRequest(state, nowMs, { temporality: "cumulative" });
    if (request === undefined) return points;
    points.push(...request.points);
    acknowledge(state, request.token);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: damaged JSON has no type.
type Raw = any;

describe("a damaged metrics state", () => {
  test.each<[string, (raw: Raw) => void]>([
    ["a sum is null, as JSON writes infinity", ({ series }) => (series[COUNTER].acknowledged = null)],
    ["a sum is negative", ({ series }) => (series[COUNTER].acknowledged = -5)],
    ["a number is a text", ({ series }) => (series[COUNTER].waiting = "7")],
    ["a counter has a histogram", ({ series }) => (series[COUNTER].waiting = series[HISTOGRAM].waiting)],
    ["a histogram has a number", ({ series }) => (series[HISTOGRAM].waiting = 7)],
    ["a series is null", ({ series }) => (series[COUNTER] = null)],
    ["a series has no valid time", ({ series }) => (series[COUNTER].lastMs = "yesterday")],
    ["a histogram has no sum", ({ series }) => (series[HISTOGRAM].acknowledged.sum = null)],
    ["a histogram has no buckets", ({ series }) => delete series[HISTOGRAM].acknowledged.buckets],
    ["a histogram has a bucket too few", ({ series }) => series[HISTOGRAM].waiting.buckets.pop()],
    ["a series' name is incomplete", ({ series }) => (series[COUNTER.slice(0, 9)] = {})],
    ["a series' name is a number", ({ series }) => (series[7] = { waiting: 7 })],
    ["boundaries are null", ({ boundaries }) => (boundaries["gen_ai.client.operation.duration"] = null)],
    ["a gauge is null", ({ gauges }) => (gauges[seriesKey("ccotel.backlog.age", {})] = null)],
    ["a gauge has no name", ({ gauges }) => (gauges.x = { value: 1, waiting: true })],
    ["the open request is null", (raw) => (raw.pending = null)],
    ["the open request has no series", (raw) => (raw.pending.keys = null)],
    ["the open request has unknown series", (raw) => raw.pending.keys.push("x", 7, "__proto__")],
    ["the open request has an impossible time", (raw) => (raw.pending.endMs = 1e300)],
  ])("continues to count, and other series keep their sums, if %s", (_, damage) => {
    const state = newMetricsState(T0);
    addObservations(state, observed);
    sendAll(state, T0);
    addObservations(state, observed);
    nextRequest(state, T0 + 10, { temporality: "cumulative" });
    addObservations(state, observed);
    const raw = JSON.parse(JSON.stringify(state)) as Raw;
    damage(raw);

    const restored = parseMetricsState(JSON.stringify(raw)) as MetricsState;
    for (let round = 1; round <= 2; round++) {
      addObservations(restored, observed);
      const sent = sendAll(restored, T0 + round * 1000);
      expect(JSON.stringify([sent, restored])).not.toMatch(/null|:-/);
      expect(new Set(sent.map(({ instrument }) => instrument)).size).toBe(3);
    }
    expect(restored.series[OTHER]?.acknowledged).toBe(5);
  });

  test("is ignored if its times are impossible", () => {
    for (const part of ["startMs", "acknowledgedMs", "lastEndMs"]) {
      const raw = { ...newMetricsState(T0), [part]: 1e300 };
      expect(parseMetricsState(JSON.stringify(raw))).toBeUndefined();
    }
  });
});
