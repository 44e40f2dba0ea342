import { ValueType } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import type { Temporality } from "../../choices.ts";
import { hrTime } from "../hr-time.ts";
import { SCOPE_NAME } from "../spans/readable.ts";
import type { HistogramAggregate } from "./aggregate.ts";
import { INSTRUMENTS, type Instrument } from "./instruments.ts";
import type { MetricPoint, MetricsRequest } from "./request.ts";

/**
 * The SDK's form of a request, for its exporters and serializers. The scope has no version: backends count it to the
 * identity of a series, and an update of ccotel begins no new one.
 */
export function toResourceMetrics(request: MetricsRequest, resource: Resource): ResourceMetrics {
  const metrics = Object.entries(INSTRUMENTS).flatMap(([name, instrument]) => {
    const points = request.points.filter((point) => point.instrument === name);
    return points.length === 0 ? [] : [toMetricData(name, instrument, points, request.temporality)];
  });
  return { resource, scopeMetrics: [{ scope: { name: SCOPE_NAME }, metrics }] };
}

function toMetricData(
  name: string,
  { kind, unit, description, valueType }: Instrument,
  points: MetricPoint[],
  temporality: Temporality,
): MetricData {
  const base = {
    descriptor: {
      name,
      unit,
      description,
      valueType: valueType === "int" ? ValueType.INT : ValueType.DOUBLE,
    },
    aggregationTemporality:
      temporality === "delta" ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
  };
  switch (kind) {
    case "counter":
      return {
        ...base,
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints: points.map(toPoint),
      };
    case "gauge":
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: points.map(toPoint) };
    case "histogram":
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: points.map(toHistogramPoint) };
  }
}

function toPoint(point: MetricPoint): DataPoint<number> {
  return { ...timesAndAttributes(point), value: point.value as number };
}

function toHistogramPoint(point: MetricPoint) {
  const { count, sum, min, max, buckets } = point.value as HistogramAggregate;
  return {
    ...timesAndAttributes(point),
    value: {
      buckets: { boundaries: [...(point.boundaries ?? [])], counts: buckets },
      count,
      sum,
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
    },
  };
}

function timesAndAttributes({ startMs, endMs, attributes }: MetricPoint) {
  return { startTime: hrTime(startMs), endTime: hrTime(endMs), attributes };
}
