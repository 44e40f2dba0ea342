import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startPrometheus } from "../support/monitoring/prometheus.ts";
import { freePort, has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { costOf, startCollector, startFileBackend } from "../support/stores/otelcol.ts";
import { installation, ROOT, spansToSend, temporaryFolder } from "../support/tool.ts";

const SCRAPE = join(ROOT, "collector-config/prometheus/scrape.yaml");

describe.skipIf(!has("prometheus", "otelcol"))("Prometheus without OTLP, which scrapes a Collector", () => {
  test("has the sums of the transcripts", async () => {
    const port = await freePort();
    const config = join(temporaryFolder(), "scrape.yaml");
    const text = readFileSync(SCRAPE, "utf8");
    writeFileSync(config, text.replace("127.0.0.1:8889", `127.0.0.1:${port}`).replace("15s", "1s"));
    const collector = await started(
      startCollector("prometheus-scrape.yaml", { SCRAPED: `127.0.0.1:${port}`, HOLD_BACK: "4s" }),
    );
    const prometheus = await started(startPrometheus([], config));
    const sent = await spansToSend();
    // Prometheus takes no traces: those go elsewhere.
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
});
