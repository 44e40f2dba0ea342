import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";

/** Starts a Collector that accepts OTLP metrics, turns deltas into cumulative points and sends them to `target`. */
export async function startDeltaToCumulative(target: string): Promise<Running & { url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v1/metrics`;
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    // The Collector must remember a series that is silent overnight.
    processors: { deltatocumulative: { max_stale: "720h" } },
    exporters: {
      otlphttp: {
        metrics_endpoint: target,
        // Without a queue, the Collector's answer is the store's answer.
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
