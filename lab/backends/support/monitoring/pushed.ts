import { type Observation, observation } from "../../../../src/telemetry/metrics/observation.ts";
import { observe } from "../../../../src/telemetry/metrics/observe.ts";
import { readWhole } from "../../../../test/support/read-files.ts";
import { OPTIONS, recordings, transcriptsOf } from "../../../../test/support/recordings.ts";
import { type Arrival, createInstallation } from "../process.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Two days ago, at a full hour: Prometheus accepts no points from the future. */
export const T0 = Math.floor(Date.now() / HOUR) * HOUR - 2 * DAY;

/** Times of the pushes: every few minutes for two hours, then a silent night, then every few minutes again. */
const PUSHES = [
  ...Array.from({ length: 40 }, (_, index) => index * 3 * MINUTE),
  ...Array.from({ length: 30 }, (_, index) => 20 * HOUR + index * 4 * MINUTE),
];

/** All observations in the recorded sessions. */
export function everything() {
  return recordings().flatMap((recording) =>
    transcriptsOf(recording).flatMap((path) => readWhole(path, OPTIONS)),
  );
}

/** Two installations send their shares in pieces, in order of time, and metrics about their own exports. */
export async function push(url: string): Promise<Arrival[]> {
  const installations = dealt(observe(everything()), 2).map((share, index) => ({
    pieces: dealt(share, PUSHES.length),
    ...createInstallation(url, "cumulative", `installation-${index}`, T0 - MINUTE),
  }));
  for (const [push, atMs] of PUSHES.entries()) {
    for (const [index, { run, pieces }] of installations.entries()) {
      const own = [
        observation("otel.sdk.exporter.span.exported", 1, { "error.type": "503" }),
        observation("otel.sdk.exporter.metric_data_point.exported", 1, { "error.type": "503" }),
        observation("ccotel.backlog.age", 30, {}),
      ];
      await run(T0 + index * MINUTE + atMs, [...(pieces[push] ?? []), ...own], "well");
    }
  }
  return installations.flatMap(({ arrivals }) => arrivals);
}

/** Distributes items one by one over the parts, so that every part has items of every kind. */
function dealt<T>(items: T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, part) => items.filter((_, index) => index % parts === part));
}

/** The observations that arrived after `fromMs`, up to and including `toMs`. */
export function arrivedIn(arrivals: Arrival[], fromMs: number, toMs: number): Observation[] {
  return arrivals.filter(({ atMs }) => atMs > fromMs && atMs <= toMs).flatMap(({ observed }) => observed);
}
