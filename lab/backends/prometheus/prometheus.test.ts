import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Temporality } from "../../../src/choices.ts";
import { createAppraiser } from "../../../src/pricing/price-request.ts";
import type { InstrumentName } from "../../../src/telemetry/metrics/instruments.ts";
import type { Observation } from "../../../src/telemetry/metrics/observation.ts";
import { observe } from "../../../src/telemetry/metrics/observe.ts";
import { readWhole } from "../../../test/support/read-files.ts";
import { recording, transcriptsOf } from "../../../test/support/recordings.ts";
import { startDeltaToCumulative } from "../support/monitoring/collector.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { docQuery } from "../support/monitoring/queries.ts";
import { type Arrival, createInstallation, type Fate } from "../support/process.ts";
import { has, type Running } from "../support/programs.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Everything happens in the last four days, in seconds. */
const T0 = Math.floor((Date.now() - 4 * DAY) / MINUTE) * MINUTE;

/** Ten processes over three sessions: when each begins, of which session it sends the next piece, and what befalls it. */
const PROCESSES: [atMs: number, session: number, fate: Fate][] = [
  [T0, 0, "well"],
  [T0 + 4 * MINUTE, 1, "well"],
  [T0 + 5 * MINUTE, 0, "answer lost"],
  [T0 + 5 * MINUTE + 10, 1, "well"],
  [T0 + 50 * MINUTE, 0, "crash"],
  [T0 + 80 * MINUTE, 1, "well"],
  // A day of silence, then an outage over a night; models that were not heard of for long, and one that is new.
  [T0 + DAY + 2 * HOUR, 2, "well"],
  [T0 + DAY + 3 * HOUR, 0, "outage"],
  [T0 + 2 * DAY, 2, "answer lost"],
  [T0 + 2 * DAY + 30 * MINUTE, 1, "well"],
];

/** Windows by their end and length: whole, around each event, and with edges in every silence. */
const WINDOWS: [endMs: number, lengthMs: number][] = [
  [T0 + 3 * DAY, 3 * DAY + HOUR],
  [T0 + 3 * DAY, DAY + 12 * HOUR],
  [T0 + 3 * DAY, 30 * HOUR],
  [T0 + 2 * DAY + HOUR, 20 * MINUTE],
  [T0 + 2 * DAY + HOUR, 45 * MINUTE],
  [T0 + 2 * DAY + HOUR, 2 * HOUR],
  [T0 + 2 * DAY + 10 * MINUTE, DAY],
  [T0 + DAY + 4 * HOUR, HOUR],
  [T0 + DAY + 4 * HOUR, 6 * HOUR],
  [T0 + DAY + 4 * HOUR, 30 * HOUR],
  [T0 + 2 * HOUR, HOUR],
  [T0 + 2 * HOUR, 100 * MINUTE],
  [T0 + 2 * HOUR, 117 * MINUTE],
  [T0 + 4 * MINUTE + 30_000, 2 * MINUTE],
  [T0 + 52 * MINUTE, 50 * MINUTE],
  [T0 + DAY, 2 * HOUR],
];

const hours = (ms: number) => `${Math.round(ms / MINUTE / 0.6) / 100} h`;
const NAMED_WINDOWS = WINDOWS.map(([endMs, lengthMs]) => ({
  name: `the ${hours(lengthMs)} until ${hours(endMs - T0)}`,
  endMs,
  lengthMs,
}));

const SESSIONS = ["two-models", "02-tools", "03-subagents-parallel"];

describe.skipIf(!has("prometheus"))("a real Prometheus gives the sums of the transcripts", () => {
  const running: Running[] = [];
  const started = async <T extends Running>(starting: Promise<T>): Promise<T> => {
    const program = await starting;
    running.push(program);
    return program;
  };
  afterAll(async () => {
    for (const program of running.reverse()) await program.stop();
  });

  describe("cumulative", () => {
    let prometheus: Prometheus;
    let arrivals: Arrival[];
    beforeAll(async () => {
      prometheus = await started(startPrometheus());
      arrivals = await sendAll(prometheus.url, "cumulative");
    });

    test.each(NAMED_WINDOWS)("$name", async ({ endMs, lengthMs }) => {
      await expectExact(prometheus, arrivals, endMs, lengthMs, counterQueries());
    });

    test("all of it is what the transcripts hold", async () => {
      const all = sessions().flat(2);
      expect(arrivals.flatMap(({ observed }) => observed)).toHaveLength(all.length);
      const { "": cost = 0 } = await prometheus.query(
        "sum(last_over_time(ccotel_cost_USD_total[4d]))",
        T0 + 3 * DAY,
      );
      expect(Math.abs(cost - sumOf(all, "ccotel.cost"))).toBeLessThan(1e-9);
    });

    test("histograms count what they were given", async () => {
      const quantile = await prometheus.query(query("90th percentile", 3 * DAY + HOUR), T0 + 3 * DAY);
      expect(Object.keys(quantile).length).toBeGreaterThan(1);
      for (const value of Object.values(quantile)) expect(value).toBeGreaterThan(0);
    });
  });

  describe("deltas, stored as they are", () => {
    let prometheus: Prometheus;
    let arrivals: Arrival[];
    beforeAll(async () => {
      prometheus = await started(startPrometheus(["otlp-native-delta-ingestion"]));
      arrivals = await sendAll(prometheus.url, "delta");
    });

    test.each(NAMED_WINDOWS)("$name", async ({ endMs, lengthMs }) => {
      const queries = counterQueries().map((one) => {
        const name = one.promql("1d").match(/\w+_total/)?.[0];
        const by = one.promql("1d").match(/sum by \([^)]*\)/)?.[0];
        return { ...one, promql: (window: string) => `${by} (sum_over_time(${name}[${window}]))` };
      });
      expect(queries[0]?.promql("1d")).toBe(docQuery("cost by model, USD, from deltas"));
      await expectExact(prometheus, arrivals, endMs, lengthMs, queries);
    });
  });

  describe.skipIf(!has("otelcol"))("deltas through a Collector's deltatocumulative", () => {
    let prometheus: Prometheus;
    let arrivals: Arrival[];
    beforeAll(async () => {
      prometheus = await started(startPrometheus());
      const collector = await started(startDeltaToCumulative(prometheus.url));
      arrivals = await sendAll(collector.url, "delta");
    });

    test.each(NAMED_WINDOWS)("$name", async ({ endMs, lengthMs }) => {
      await expectExact(prometheus, arrivals, endMs, lengthMs, counterQueries());
    });
  });
});

/** Three installations' worth of trouble is tried by the properties of test/metrics; this is one, and a real store. */
async function sendAll(url: string, temporality: Temporality): Promise<Arrival[]> {
  const pieces = sessions();
  const installation = createInstallation(url, temporality, "a-random-id", T0 - MINUTE);
  for (const [atMs, session, fate] of PROCESSES) {
    await installation.run(atMs, pieces[session]?.shift() ?? [], fate);
  }
  return installation.arrivals;
}

/** What each session's processes see, one list a process. */
function sessions(): Observation[][][] {
  return SESSIONS.map((name, session) => {
    const finished = transcriptsOf(recording(name)).flatMap((path) =>
      readWhole(path, { appraise: createAppraiser() }),
    );
    const observed = observe(finished);
    const parts = PROCESSES.filter(([, of]) => of === session).length;
    const size = Math.ceil(observed.length / parts);
    return Array.from({ length: parts }, (_, part) => observed.slice(part * size, (part + 1) * size));
  });
}

interface CounterQuery {
  instrument: InstrumentName;
  labels: string[];
  promql(window: string): string;
}

/** The four counters of docs/reference/metrics.md, with the labels that its queries sum by. */
function counterQueries(): CounterQuery[] {
  const of = (instrument: InstrumentName, title: string, labels: string[]): CounterQuery => ({
    instrument,
    labels,
    promql: (window) => docQuery(title).replaceAll(/\b1d\b/g, window),
  });
  return [
    of("ccotel.cost", "cost by model, USD", ["gen_ai.request.model"]),
    of("ccotel.tokens", "tokens by model and type", ["gen_ai.request.model", "ccotel.token.type"]),
    of("ccotel.tool.calls", "tool calls by tool and outcome", ["gen_ai.tool.name", "ccotel.tool.outcome"]),
    of("ccotel.turns", "turns by outcome", ["ccotel.turn.outcome"]),
  ];
}

function query(title: string, lengthMs: number): string {
  return docQuery(title).replaceAll(/\b1d\b/g, `${lengthMs}ms`);
}

async function expectExact(
  prometheus: Prometheus,
  arrivals: Arrival[],
  endMs: number,
  lengthMs: number,
  queries: CounterQuery[],
): Promise<void> {
  const arrived = arrivals
    .filter(({ atMs }) => atMs > endMs - lengthMs && atMs <= endMs)
    .flatMap(({ observed }) => observed);
  for (const { instrument, labels, promql } of queries) {
    const expected = sumsBy(arrived, instrument, labels);
    const actual = await prometheus.query(promql(`${lengthMs}ms`), endMs);
    // A series that was there and counted nothing in the window says zero.
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
      expect(Math.abs((actual[key] ?? 0) - (expected[key] ?? 0)), `${instrument} ${key}`).toBeLessThan(1e-9);
    }
  }
}

function sumsBy(observed: Observation[], instrument: string, labels: string[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { attributes, value } of observed.filter((one) => one.instrument === instrument)) {
    const key = labels
      .filter((label) => attributes[label] !== undefined)
      .map((label) => `${label.replaceAll(".", "_")}=${attributes[label]}`)
      .sort()
      .join(" ");
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}

function sumOf(observed: Observation[], instrument: string): number {
  return Object.values(sumsBy(observed, instrument, [])).reduce((sum, value) => sum + value, 0);
}
