import { join } from "node:path";
import { type Prometheus, queryPrometheus } from "../monitoring/prometheus.ts";
import { freePort, start } from "../programs.ts";

/** Starts a VictoriaMetrics as in the preset's note. It answers Prometheus queries. */
export async function startVictoriaMetrics(): Promise<Prometheus> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const running = await start(
    "victoria-metrics",
    (folder) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, "data")}`,
      "-opentelemetry.usePrometheusNaming",
    ],
    async () => (await fetch(`${base}/health`)).ok,
  );
  return {
    ...running,
    url: `${base}/opentelemetry/v1/metrics`,
    async query(promql, atMs) {
      // Makes recent points searchable and clears the query cache.
      await fetch(`${base}/internal/force_flush`);
      return queryPrometheus(`${base}/api/v1/query?nocache=1`, promql, atMs);
    },
  };
}
