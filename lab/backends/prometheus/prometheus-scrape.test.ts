import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { observe } from "../../../src/telemetry/metrics/observe.ts";
import { eventually } from "../support/eventually.ts";
import { startPrometheus } from "../support/monitoring/prometheus.ts";
import { everything } from "../support/monitoring/pushed.ts";
import { counterQueries, expectExact } from "../support/monitoring/windows.ts";
import { createInstallation } from "../support/process.ts";
import { freePort, has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { costOf, startCollector, startFileBackend } from "../support/stores/otelcol.ts";
import { installation, ROOT, spansToSend, temporaryFolder } from "../support/tool.ts";

const SCRAPE = join(ROOT, "collector-config/prometheus/scrape.yaml");

/** Starts a Collector with prometheus-scrape.yaml, and a Prometheus with scrape.yaml that scrapes it each second. */
async function scraped(env: Record<string, string> = {}) {
  const port = await freePort();
  const config = join(temporaryFolder(), "scrape.yaml");
  const text = readFileSync(SCRAPE, "utf8");
  writeFileSync(config, text.replace("127.0.0.1:8889", `127.0.0.1:${port}`).replace("15s", "1s"));
  const collector = await started(
    startCollector("prometheus-scrape.yaml", { SCRAPED: `127.0.0.1:${port}`, ...env }),
  );
  const [, features = ""] = /--enable-feature=(\S+)/.exec(text) ?? [];
  const prometheus = await started(startPrometheus([features], config));
  return { collector, prometheus };
}

describe.skipIf(!has("prometheus", "otelcol"))("Prometheus without OTLP, which scrapes a Collector", () => {
  test("has the sums of the transcripts", async () => {
    const { collector, prometheus } = await scraped();
    const sent = await spansToSend();
    // Prometheus accepts no traces. They go to another backend.
    const elsewhere = await started(startFileBackend());
    const env = { CCOTEL_METRICS_ENDPOINT: `${collector.url}/v1/metrics` };
    await installation(elsewhere.url, { env }).export(undefined, ["--metrics"]);

    await eventually(async () => {
      const { "": cost = 0 } = await prometheus.query("sum(ccotel_cost_USD_total)", Date.now());
      expect(cost).toBeCloseTo(costOf(sent), 9);
    }, 40_000);
    const jobs = await prometheus.query("count by (job) (ccotel_cost_USD_total)", Date.now());
    expect(Object.keys(jobs)).toEqual(["job=claude-code"]);
  }, 120_000);

  test("gives each documented query the exact sums of each window, also with new series", async () => {
    const { collector, prometheus } = await scraped();
    const observed = observe(everything());
    const pieces = 6;
    const machines = ["one", "two"].map((id, machine) => ({
      ...createInstallation(`${collector.url}/v1/metrics`, "cumulative", id, Date.now() - 86_400_000),
      share: observed.filter((_, index) => index % 2 === machine),
    }));
    // Each piece has new series: their zero and first value arrive within milliseconds.
    for (let piece = 0; piece < pieces; piece++) {
      await pause(4_000);
      for (const { run, share } of machines) {
        const size = Math.ceil(share.length / pieces);
        await run(Date.now(), share.slice(piece * size, (piece + 1) * size), "well");
      }
    }
    await pause(4_000);
    const arrivals = machines.flatMap((machine) => machine.arrivals);
    const moments = [...new Set(arrivals.map(({ atMs }) => atMs))].sort((a, b) => a - b);
    // Window edges between the pieces, two seconds after each, so that a scrape has happened since.
    const edges = [moments[0] ?? 0, ...moments].map((ms, index) => (index === 0 ? ms - 2_000 : ms + 2_000));
    for (const [index, endMs] of edges.entries()) {
      for (const fromMs of edges.slice(0, index))
        await expectExact(prometheus, arrivals, endMs, endMs - fromMs, counterQueries());
    }
  }, 120_000);
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
