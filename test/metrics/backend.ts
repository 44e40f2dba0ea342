import { type Aggregate, sum } from "../../src/telemetry/metrics/aggregate.ts";
import type { MetricPoint, MetricsRequest } from "../../src/telemetry/metrics/request.ts";
import { seriesKey } from "../../src/telemetry/metrics/series-key.ts";

/** A backend that keeps every point, recognizes a repeated one by its time, and rejects points older than the last. */
export function createBackend() {
  const series = new Map<string, MetricPoint[]>();

  return {
    take(request: MetricsRequest): void {
      for (const point of request.points) {
        const key = seriesKey(point.instrument, point.attributes as Record<string, string>);
        const points = series.get(key) ?? [];
        series.set(key, points);
        const last = points.at(-1);
        if (last !== undefined && last.endMs === point.endMs) {
          if (JSON.stringify(last.value) !== JSON.stringify(point.value))
            throw new Error(`two values at one time: ${key}`);
          continue;
        }
        if (last !== undefined && last.endMs > point.endMs) throw new Error(`time goes back: ${key}`);
        points.push(point);
      }
    },
    keys: () => [...series.keys()].sort(),
    points: (key: string): MetricPoint[] => series.get(key) ?? [],
    /** The current value in a store of cumulative points. */
    last: (key: string): Aggregate | undefined => series.get(key)?.at(-1)?.value,
    /** The total over all time in a store of deltas. */
    total: (key: string): Aggregate | undefined =>
      (series.get(key) ?? []).reduce<Aggregate | undefined>(
        (total, { value }) => sum(total, value),
        undefined,
      ),
  };
}

/**
 * The result of the query of docs/reference/metrics.md for one counter over (fromMs, toMs]: the last value minus the
 * last one in the two hours before the window, or minus the smallest one inside it.
 */
export function increaseOf(points: MetricPoint[], fromMs: number, toMs: number): number {
  const inside = points.filter(({ endMs }) => endMs > fromMs && endMs <= toMs);
  const last = inside.at(-1);
  if (last === undefined) return 0;
  const before = points.findLast(({ endMs }) => endMs <= fromMs && endMs > fromMs - 7_200_000);
  const base = before?.value ?? Math.min(...inside.map(({ value }) => value as number));
  return (last.value as number) - (base as number);
}
