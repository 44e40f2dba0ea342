import type { Semconv, Temporality } from "../../choices.ts";
import { schemaUrlOf } from "../schema-url.ts";
import { INSTRUMENTS, type Instrument } from "./instruments.ts";
import type { MetricPoint, MetricsRequest } from "./request.ts";

/** The contents of one metrics request. */
export interface MetricsPayload {
  resource: Readonly<Record<string, string>>;
  metrics: readonly Metric[];
  /** The version of the conventions that the names are from. */
  schemaUrl: string;
}

/** The points of one instrument in a request. */
export interface Metric {
  name: string;
  instrument: Instrument;
  temporality: Temporality;
  points: readonly MetricPoint[];
}

/** Groups the points of a request by instrument, in the order of `INSTRUMENTS`. */
export function metricsPayload(
  { points, temporality }: MetricsRequest,
  resource: Readonly<Record<string, string>>,
  semconv?: Semconv,
): MetricsPayload {
  const pointsOf = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const own = pointsOf.get(point.instrument);
    if (own === undefined) pointsOf.set(point.instrument, [point]);
    else own.push(point);
  }
  const metrics = Object.entries(INSTRUMENTS).flatMap(([name, instrument]): Metric[] => {
    const own = pointsOf.get(name);
    return own === undefined ? [] : [{ name, instrument, temporality, points: own }];
  });
  return { resource, metrics, schemaUrl: schemaUrlOf(semconv) };
}
