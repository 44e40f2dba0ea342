import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, type Running, start } from "../programs.ts";

export interface Prometheus extends Running {
  /** URL of its OTLP receiver for metrics. */
  url: string;
  /** Returns the value of each series by its labels, written `a=1 b=2`. */
  query(promql: string, atMs: number): Promise<Record<string, number>>;
}

/**
 * Starts a Prometheus with its OTLP receiver, optionally with a configuration file or existing data. It rejects
 * out-of-order samples, as by default.
 */
export async function startPrometheus(
  features: string[] = [],
  file?: string,
  data?: string,
): Promise<Prometheus> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const running = await start(
    "prometheus",
    (folder) => {
      const config = file ?? join(folder, "prometheus.yml");
      if (file === undefined) writeFileSync(config, "global: {}\n");
      return [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data ?? join(folder, "data")}`,
        "--storage.tsdb.retention.time=60d",
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-otlp-receiver",
        ...(features.length === 0 ? [] : [`--enable-feature=${features.join(",")}`]),
      ];
    },
    async () => (await fetch(`${base}/-/ready`)).ok,
  );
  return {
    ...running,
    url: `${base}/api/v1/otlp/v1/metrics`,
    query: (promql, atMs) => queryPrometheus(`${base}/api/v1/query`, promql, atMs),
  };
}

/** Queries any server with Prometheus' API. Returns the value of each series by its labels. */
export async function queryPrometheus(
  url: string,
  promql: string,
  atMs: number,
): Promise<Record<string, number>> {
  const body = new URLSearchParams({ query: promql, time: String(atMs / 1000) });
  const response = await fetch(url, { method: "POST", body });
  const answer = (await response.json()) as Answer;
  if (answer.status !== "success") throw new Error(`${promql}: ${answer.error}`);
  return Object.fromEntries(
    answer.data.result.map(({ metric, value }) => [labels(metric), Number(value[1])]),
  );
}

type Answer =
  | {
      status: "success";
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    }
  | { status: "error"; error: string };

function labels(metric: Record<string, string>): string {
  return Object.entries(metric)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(" ");
}
