import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDeltaToCumulative } from "../support/monitoring/collector.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { docQuery } from "../support/monitoring/queries.ts";
import {
  counterQueries,
  DAY,
  expectExact,
  HOUR,
  NAMED_WINDOWS,
  query,
  sendAll,
  sessions,
  sumOf,
  T0,
} from "../support/monitoring/windows.ts";
import type { Arrival } from "../support/process.ts";
import { has, type Running } from "../support/programs.ts";

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

    test("the total is that of the transcripts", async () => {
      const all = sessions().flat(2);
      expect(arrivals.flatMap(({ observed }) => observed)).toHaveLength(all.length);
      const { "": cost = 0 } = await prometheus.query(
        "sum(last_over_time(ccotel_cost_USD_total[4d]))",
        T0 + 3 * DAY,
      );
      expect(Math.abs(cost - sumOf(all, "ccotel.cost"))).toBeLessThan(1e-9);
    });

    test("histograms count their observations", async () => {
      const quantile = await prometheus.query(query("90th percentile", 3 * DAY + HOUR), T0 + 3 * DAY);
      expect(Object.keys(quantile).length).toBeGreaterThan(1);
      for (const value of Object.values(quantile)) expect(value).toBeGreaterThan(0);
    });
  });

  describe("deltas without a conversion", () => {
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
