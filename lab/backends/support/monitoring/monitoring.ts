import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, temporaryFolder } from "../tool.ts";
import type { Prometheus } from "./prometheus.ts";

/** Changes to the text of files for a test. */
export interface Edits {
  prometheus?: (text: string) => string;
  rules?: (text: string) => string;
}

/**
 * Copies prometheus.yaml, and the rules and alerts to the folder in which it looks for them, as in the repository.
 * @returns the path of prometheus.yaml
 */
export function monitoring({ prometheus = asItStands, rules = asItStands }: Edits): string {
  const folder = temporaryFolder();
  const config = join(folder, "collector-config/prometheus/prometheus.yaml");
  const alerts = join(folder, "examples/alerts");
  for (const path of [join(config, ".."), alerts]) mkdirSync(path, { recursive: true });
  const original = readFileSync(join(ROOT, "collector-config/prometheus/prometheus.yaml"), "utf8");
  writeFileSync(config, prometheus(original));
  for (const name of readdirSync(join(ROOT, "examples/alerts"))) {
    const path = join(ROOT, "examples/alerts", name);
    if (name.endsWith(".test.yaml")) cpSync(path, join(alerts, name));
    else writeFileSync(join(alerts, name), rules(readFileSync(path, "utf8")));
  }
  return config;
}

const asItStands = (text: string) => text;

/**
 * Makes rules run faster: divides their intervals, windows and offsets by `factor`. The two hours of the exact queries
 * do not change, because the time since a machine's last point does not get shorter.
 */
export function faster(factor: number): (text: string) => string {
  const durations = /(?<=\[|offset |interval: |query_offset: |for: )(\d+)([smhd])(?=\W)/g;
  return (text) =>
    text.replace(durations, (whole, count, unit, at) =>
      text.startsWith("[2h] offset", at - 1)
        ? whole
        : `${Math.round((Number(count) * MS[unit as keyof typeof MS]) / factor)}ms`,
    );
}

const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: "pending" | "firing";
  value: string;
}

/** The current alerts of a Prometheus. */
export async function alertsOf({ url }: Prometheus): Promise<Alert[]> {
  const response = await fetch(new URL("/api/v1/alerts", url));
  const { data } = (await response.json()) as { data: { alerts: Alert[] } };
  return data.alerts;
}
