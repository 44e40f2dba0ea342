import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Prometheus } from "../support/monitoring/prometheus.ts";
import { counterQueries, expectExact, NAMED_WINDOWS, sendAll } from "../support/monitoring/windows.ts";
import type { Arrival } from "../support/process.ts";
import { has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { costOf } from "../support/stores/otelcol.ts";
import { startVictoriaMetrics } from "../support/stores/victoriametrics.ts";
import { installation, spansToSend } from "../support/tool.ts";

describe.skipIf(!has("victoria-metrics"))("VictoriaMetrics gives the sums of the transcripts", () => {
  let store: Prometheus;
  let arrivals: Arrival[];
  beforeAll(async () => {
    store = await startVictoriaMetrics();
    arrivals = await sendAll(store.url, "cumulative");
  });
  afterAll(async () => {
    await store?.stop();
  });

  test.each(NAMED_WINDOWS)("in the queries of the docs: $name", async ({ endMs, lengthMs }) => {
    await expectExact(store, arrivals, endMs, lengthMs, counterQueries());
  });

  test("after an export with the preset's address, including the cost of all recordings", async () => {
    const own = await started(startVictoriaMetrics());
    const env = { CCOTEL_TRACES: "off", CCOTEL_METRICS: "on" };
    await installation(own.url.replace("/v1/metrics", ""), { env }).export(undefined, ["--metrics"]);
    const { "": cost } = await own.query("sum(ccotel_cost_USD_total)", Date.now() + 60_000);
    expect(cost).toBeCloseTo(costOf(await spansToSend()), 9);
  });
});
