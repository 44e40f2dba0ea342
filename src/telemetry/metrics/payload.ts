import type { Semconv, Temporality } from "../../choices.ts";
import { schemaUrlOf } from "../schema-url.ts";
import { INSTRUMENTS, type Instrument } from "./instruments.ts";
import type { MetricPoint, MetricsRequest } from "./request.ts";

/** What one request of metrics says. */
export interface MetricsPayload {
  resource: Readonly<Record<string, string>>;
  metrics: readonly Metric[];
  /** Which conventions the names are from. */
  schemaUrl: string;
}

export interface Metric {
  name: string;
  instrument: Instrument;
  temporality: Temporality;
  points: readonly MetricPoint[];
}

/** The points of a request under their instruments, in the order of the table. */
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
