import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";

/** A Collector that takes OTLP metrics, makes cumulative points of deltas, and hands them on to `target`. */
export async function startDeltaToCumulative(target: string): Promise<Running & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v1/metrics`;
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    // A series that says nothing over night must be known in the morning.
    processors: { deltatocumulative: { max_stale: "720h" } },
    exporters: {
      otlphttp: {
        metrics_endpoint: target,
        // So that its answer to us is the store's answer to it.
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: {
        metrics: { receivers: ["otlp"], processors: ["deltatocumulative"], exporters: ["otlphttp"] },
      },
    },
  };
  const running = await start(
    "otelcol",
    (folder) => {
      const path = join(folder, "config.json");
      writeFileSync(path, JSON.stringify(config));
      return ["--config", path];
    },
    async () => (await fetch(url)).status === 405,
  );
  return { ...running, url };
}
