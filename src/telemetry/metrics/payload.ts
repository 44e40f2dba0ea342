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
  const metrics = Object.entries(INSTRUMENTS).flatMap(([name, instrument]): Metric[] => {
    const own = points.filter((point) => point.instrument === name);
    return own.length === 0 ? [] : [{ name, instrument, temporality, points: own }];
  });
  return { resource, metrics, schemaUrl: schemaUrlOf(semconv) };
}
