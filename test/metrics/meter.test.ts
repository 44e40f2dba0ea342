import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Temporality } from "../../src/choices.ts";
import { type Aggregate, emptyHistogram } from "../../src/telemetry/metrics/aggregate.ts";
import { type Observation, observation } from "../../src/telemetry/metrics/observation.ts";
import { parseMetricsState } from "../../src/telemetry/metrics/parse-state.ts";
import { acknowledge, nextRequest, refuse } from "../../src/telemetry/metrics/request.ts";
import { seriesKey } from "../../src/telemetry/metrics/series-key.ts";
import {
  addObservations,
  type MetricsState,
  newMetricsState,
  totalOf,
} from "../../src/telemetry/metrics/state.ts";
import { anyStep, observations, type Step } from "./arbitrary.ts";
import { createBackend, increaseOf } from "./backend.ts";

const T0 = 1_800_000_000_000;
const HOUR = 3_600_000;

describe("a meter", () => {
  test("sends a new series first with 0, and its value after the acknowledgement", () => {
    const state = meterWith(tokens(100));
    const birth = nextRequest(state, T0 + 10, { temporality: "cumulative" });
    expect(birth).toMatchObject({ kind: "births", points: [{ value: 0, startMs: T0 + 9, endMs: T0 + 10 }] });
    acknowledge(state, birth?.token ?? "");
    const values = nextRequest(state, T0 + 10, { temporality: "cumulative" });
    expect(values).toMatchObject({
      kind: "values",
      points: [{ value: 100, startMs: T0 + 9, endMs: T0 + 11 }],
    });
    acknowledge(state, values?.token ?? "");
    expect(nextRequest(state, T0 + 20, { temporality: "cumulative" })).toBeUndefined();
  });

  test("sends a series that was silent for an hour first with its old value", () => {
    const state = meterWith(tokens(100));
    const lastMs = sendAll(state, T0, "cumulative");
    addObservations(state, [tokens(50)]);
    expect(nextRequest(clone(state), lastMs + HOUR - 1, { temporality: "cumulative" })?.kind).toBe("values");
    const birth = nextRequest(state, lastMs + HOUR, { temporality: "cumulative" });
    expect(birth).toMatchObject({ kind: "births", points: [{ value: 100 }] });
  });

  test("does not include a rejected value in the first point after a day's outage", () => {
    const state = meterWith(tokens(100));
    const lastMs = sendAll(state, T0, "cumulative");
    addObservations(state, [tokens(50)]);
    refuse(state, nextRequest(state, lastMs + 1000, { temporality: "cumulative" })?.token ?? "");
    expect(nextRequest(state, lastMs + 24 * HOUR, { temporality: "cumulative" })).toMatchObject({
      kind: "births",
      points: [{ value: 100 }],
    });
  });

  test("starts a series again with at least the value that the backend may have", () => {
    const state = meterWith(tokens(100));
    const lastMs = sendAll(state, T0, "cumulative");
    addObservations(state, [tokens(50)]);
    nextRequest(state, lastMs + 1000, { temporality: "cumulative" });
    addObservations(state, [tokens(7)]);
    expect(nextRequest(state, lastMs + 24 * HOUR, { temporality: "cumulative" })).toMatchObject({
      kind: "births",
      points: [{ value: 150 }],
    });
  });

  test("replaces an unanswered cumulative request with a later one that includes new values", () => {
    const state = born(tokens(100));
    const first = nextRequest(state, T0 + 100, { temporality: "cumulative" });
    addObservations(state, [tokens(1)]);
    const second = nextRequest(state, T0 + 100, { temporality: "cumulative" });
    expect(first?.points).toMatchObject([{ value: 100, endMs: T0 + 100 }]);
    expect(second?.points).toMatchObject([{ value: 101, endMs: T0 + 101 }]);
    acknowledge(state, first?.token ?? "");
    expect(nextRequest(clone(state), T0 + 200, { temporality: "cumulative" })).toBeDefined();
    acknowledge(state, second?.token ?? "");
  });

  test("repeats an unanswered delta request unchanged, and sends new values in the next one", () => {
    const state = born(tokens(100), "delta");
    const first = nextRequest(state, T0 + 100, { temporality: "delta" });
    addObservations(state, [tokens(1)]);
    expect(nextRequest(state, T0 + 500, { temporality: "delta" })).toEqual(first);
    acknowledge(state, first?.token ?? "");
    expect(nextRequest(state, T0 + 600, { temporality: "delta" })?.points).toMatchObject([
      { value: 1, startMs: T0 + 100, endMs: T0 + 600 },
    ]);
  });

  test("adds a rejected delta to the next interval", () => {
    const state = born(tokens(100), "delta");
    const first = nextRequest(state, T0 + 100, { temporality: "delta" });
    refuse(state, first?.token ?? "");
    addObservations(state, [tokens(1)]);
    expect(nextRequest(state, T0 + 500, { temporality: "delta" })?.points).toMatchObject([
      { value: 101, startMs: first?.points[0]?.startMs, endMs: T0 + 500 },
    ]);
  });

  test("sends every series first with its old value to a new backend or with a new resource", () => {
    const state = meterWith(tokens(100));
    const lastMs = sendAll(state, T0, "cumulative", "a");
    addObservations(state, [tokens(5)]);
    const next = nextRequest(state, lastMs + 1, { temporality: "cumulative", identity: "b" });
    expect(next).toMatchObject({ kind: "births", points: [{ value: 100 }] });
  });

  test("sends metrics of ccotel's own delivery only together with others", () => {
    const health = observation("otel.sdk.exporter.span.exported", 3, {});
    const backlog = observation("ccotel.backlog.age", 2.5, {});
    const state = meterWith(health, backlog);
    expect(nextRequest(state, T0 + 10, { temporality: "cumulative" })).toBeUndefined();
    addObservations(state, [tokens(1)]);
    acknowledge(state, nextRequest(state, T0 + 20, { temporality: "cumulative" })?.token ?? "");
    const values = nextRequest(state, T0 + 30, { temporality: "cumulative" });
    expect(values?.points.map(({ instrument, value }) => [instrument, value])).toEqual([
      ["otel.sdk.exporter.span.exported", 3],
      ["ccotel.tokens", 1],
      ["ccotel.backlog.age", 2.5],
    ]);
  });

  test("counts series beyond the limit of an instrument in one overflow series", () => {
    const state = newMetricsState(T0);
    const many = Array.from({ length: 40 }, (_, index) =>
      observation("ccotel.tool.calls", 1, { "gen_ai.tool.name": `t${index}` }),
    );
    addObservations(state, many, 10);
    addObservations(state, many, 10);
    const request = nextRequest(state, T0 + 10, { temporality: "cumulative" });
    expect(request?.points).toHaveLength(10);
    expect(request?.points.at(-1)?.attributes).toEqual({ "otel.metric.overflow": true });
    acknowledge(state, request?.token ?? "");
    const values = nextRequest(state, T0 + 10, { temporality: "cumulative" })?.points ?? [];
    expect(values.at(-1)?.value).toBe(62);
    expect(values.reduce((total, { value }) => total + (value as number), 0)).toBe(80);
  });

  test("keeps the boundaries with which a histogram began", () => {
    const state = newMetricsState(T0);
    state.boundaries["ccotel.context.used_ratio"] = [0.5, 1];
    addObservations(state, [observation("ccotel.context.used_ratio", 0.7, {})]);
    expect(nextRequest(state, T0 + 1, { temporality: "cumulative" })?.points).toMatchObject([
      { boundaries: [0.5, 1], value: emptyHistogram([0.5, 1]) },
    ]);
  });

  test("sends many series in several requests", () => {
    const state = newMetricsState(T0);
    for (let index = 0; index < 25; index++) {
      addObservations(state, [observation("ccotel.tool.calls", 1, { "gen_ai.tool.name": `t${index}` })]);
    }
    const sizes: number[] = [];
    for (let request = next(); request !== undefined; request = next()) {
      sizes.push(request.points.length);
      acknowledge(state, request.token);
    }
    expect(sizes).toEqual([10, 10, 5, 10, 10, 5]);

    function next() {
      return nextRequest(state, T0 + 10, { temporality: "cumulative", maxPoints: 10 });
    }
  });

  test("ignores a saved state that is broken or of another version", () => {
    const text = JSON.stringify(meterWith(tokens(1)));
    expect(parseMetricsState(text)).toEqual(JSON.parse(text));
    for (const broken of ["", "{", "[]", "{}", '{"version":2}', text.replace('"version":1', '"version":2')]) {
      expect(parseMetricsState(broken)).toBeUndefined();
    }
  });
});

describe("a meter, whatever happens between two observations,", () => {
  test("gives a cumulative backend the correct sums, and no point is below the one before it", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const { state, backend, observed } = play(steps, "cumulative");
        expect(backend.keys()).toEqual([...sumsOf(observed).keys()].sort());
        for (const [key, expected] of sumsOf(observed)) {
          expectClose(backend.last(key), expected);
          expectClose(totalOf(state.series[key] ?? {}), expected);
          for (const [before, after] of pairs(backend.points(key))) {
            expect(countOf(after.value)).toBeGreaterThanOrEqual(countOf(before.value));
            expect(after.startMs).toBe(before.startMs);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("gives a delta backend the correct sums, over intervals that do not overlap", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), (steps) => {
        const { backend, observed } = play(steps, "delta");
        for (const [key, expected] of sumsOf(observed)) {
          expectClose(backend.total(key), expected);
          for (const [before, after] of pairs(backend.points(key))) {
            expect(after.startMs).toBeGreaterThanOrEqual(before.endMs);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["with silences of any length, if every answer arrives", hasAnswer],
    ["with lost answers, if the meter continues within an hour", isShort],
  ])("gives the documented query the correct sum over any windows of time, %s", (_, keep) => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 40 * 24 * HOUR }), { maxLength: 6 }),
        (steps, cuts) => {
          const { backend, observed, nowMs } = play(steps.filter(keep), "cumulative");
          const edges = [
            T0 - HOUR,
            ...cuts.map((cut) => T0 + cut).sort((a, b) => a - b),
            nowMs + 40 * 24 * HOUR,
          ];
          for (const [key, expected] of sumsOf(observed)) {
            if (typeof expected !== "number") continue;
            let total = 0;
            for (const [from, to] of pairs(edges)) total += increaseOf(backend.points(key), from, to);
            expectClose(total, expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("loses nothing if two processes alternate", () => {
    fc.assert(
      fc.property(fc.array(observations), fc.array(observations), fc.array(fc.boolean()), (a, b, order) => {
        const steps: Step[] = [];
        const left: [Observation[][], Observation[][]] = [[...a], [...b]];
        for (const first of [...order, ...a.map(() => true), ...b.map(() => false)]) {
          const list = left[first ? 0 : 1].shift();
          if (list === undefined) continue;
          steps.push({ type: "restart" }, { type: "observe", observations: list });
          steps.push({ type: "send", fate: first ? "answered" : "answer lost" });
        }
        const { backend } = play(steps, "cumulative");
        for (const [key, expected] of sumsOf([...a, ...b].flat())) expectClose(backend.last(key), expected);
      }),
    );
  });
});

/**
 * Plays the steps, then sends until nothing is left. The last observation is not about ccotel's own delivery, so that
 * everything is sent.
 */
function play(steps: readonly Step[], temporality: Temporality) {
  let state = newMetricsState(T0);
  let nowMs = T0;
  const backend = createBackend();
  const observed: Observation[] = [];
  const observe = (list: Observation[]) => {
    observed.push(...list);
    addObservations(state, list);
  };
  for (const step of steps) {
    if (step.type === "observe") observe(step.observations);
    if (step.type === "restart") state = clone(state);
    if (step.type === "wait") nowMs += step.ms;
    if (step.type === "send") {
      const request = nextRequest(state, nowMs, { temporality });
      if (request === undefined) continue;
      if (step.fate === "answered" || step.fate === "answer lost") backend.take(request);
      if (step.fate === "answered") acknowledge(state, request.token);
      if (step.fate === "refused") refuse(state, request.token);
    }
  }
  observe([tokens(1)]);
  for (;;) {
    const request = nextRequest(state, nowMs, { temporality });
    if (request === undefined) return { state, backend, observed, nowMs };
    backend.take(request);
    acknowledge(state, request.token);
  }
}

/**
 * If an answer is lost and an hour of silence follows, it is unknown to which window its values belong
 * (docs/reference/metrics.md). In all other cases the windows are exact.
 */
function hasAnswer(step: Step): boolean {
  return !(step.type === "send" && (step.fate === "request lost" || step.fate === "answer lost"));
}

function isShort(step: Step): boolean {
  return !(step.type === "wait" && step.ms > 60_000);
}

function tokens(value: number): Observation {
  return observation("ccotel.tokens", value, { "ccotel.token.type": "output" });
}

function meterWith(...list: Observation[]): MetricsState {
  const state = newMetricsState(T0);
  addObservations(state, list);
  return state;
}

/** A meter that has sent the first point of its series, and has not sent the value. */
function born(one: Observation, temporality: Temporality = "cumulative"): MetricsState {
  const state = meterWith(one);
  acknowledge(state, nextRequest(state, T0 + 1, { temporality })?.token ?? "");
  return state;
}

/** Sends everything. Returns the time of the last request. */
function sendAll(state: MetricsState, nowMs: number, temporality: Temporality, identity?: string): number {
  for (;;) {
    const options = identity === undefined ? { temporality } : { temporality, identity };
    const request = nextRequest(state, nowMs, options);
    if (request === undefined) return state.lastEndMs;
    acknowledge(state, request.token);
  }
}

function clone(state: MetricsState): MetricsState {
  const copy = parseMetricsState(JSON.stringify(state));
  if (copy === undefined) throw new Error("A saved state could not be read.");
  return copy;
}

/** The sums of the observations by series. */
function sumsOf(observed: readonly Observation[]): Map<string, Aggregate> {
  const sums = new Map<string, Aggregate>();
  for (const { instrument, value, attributes } of observed) {
    const key = seriesKey(instrument, attributes);
    const before = sums.get(key);
    if (instrument.startsWith("gen_ai.")) {
      const { count, sum } = (before as { count: number; sum: number } | undefined) ?? { count: 0, sum: 0 };
      sums.set(key, { count: count + 1, sum: sum + value, buckets: [] });
    } else {
      sums.set(key, ((before as number | undefined) ?? 0) + value);
    }
  }
  return sums;
}

function expectClose(actual: Aggregate | undefined, expected: Aggregate): void {
  if (typeof actual === "object" && typeof expected === "object") {
    expect(actual.count).toBe(expected.count);
    expect(actual.buckets.reduce((total, count) => total + count, 0)).toBe(expected.count);
    expect(Math.abs(actual.sum - expected.sum)).toBeLessThan(1e-9 * Math.max(1, expected.sum));
  } else {
    expect(Math.abs((actual as number) - (expected as number))).toBeLessThan(1e-9);
  }
}

function countOf(value: Aggregate): number {
  return typeof value === "number" ? value : value.count;
}

function pairs<T>(list: readonly T[]): [T, T][] {
  return list.slice(1).map((after, index) => [list[index] as T, after]);
}
