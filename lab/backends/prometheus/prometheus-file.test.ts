import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { has } from "../support/programs.ts";
import { started } from "../support/started.ts";
import { costOf, startCollector, startFileBackend } from "../support/stores/otelcol.ts";
import { installation, ROOT, spansToSend } from "../support/tool.ts";

const FILE = join(ROOT, "collector-config/prometheus/prometheus.yaml");

describe.skipIf(!has("prometheus", "otelcol"))("Prometheus with prometheus.yaml", () => {
  const env = { OTEL_RESOURCE_ATTRIBUTES: "team.id=payments,cost_center=eng-123,secret.of.ours=no" };
  /** Exports the metrics of all recordings to that address. Traces go to another backend: Prometheus accepts none. */
  const count = async (address: string) => {
    const elsewhere = await started(startFileBackend());
    const own = { ...env, CCOTEL_METRICS_ENDPOINT: address };
    await installation(elsewhere.url, { env: own }).export(undefined, ["--metrics"]);
  };
  const costByTeam = (prometheus: Prometheus) =>
    prometheus.query(
      "sum by (job, team_id, cost_center, secret_of_ours) (ccotel_cost_USD_total)",
      Date.now(),
    );

  test("stores the machines' counters with team and cost center", async () => {
    const prometheus = await started(startPrometheus([], FILE));
    const sent = await spansToSend();
    await count(prometheus.url);
    const [[labels, cost] = []] = Object.entries(await costByTeam(prometheus));
    expect(labels).toBe("cost_center=eng-123 job=claude-code team_id=payments");
    expect(cost).toBeCloseTo(costOf(sent), 9);
  });

  test("stores the same through a Collector with prometheus.yaml", async () => {
    const prometheus = await started(startPrometheus([], FILE));
    const sent = await spansToSend();
    const collector = await started(
      startCollector("prometheus.yaml", { PROMETHEUS: new URL(prometheus.url).origin }),
    );
    await count(`${collector.url}/v1/metrics`);
    await eventually(async () => {
      const [[labels, cost] = []] = Object.entries(await costByTeam(prometheus));
      expect(labels).toBe("cost_center=eng-123 job=claude-code team_id=payments");
      expect(cost).toBeCloseTo(costOf(sent), 9);
    });
  });
});
