// OpenTelemetry's own serializers. Tests compare ccotel's serializers with them.

import { ValueType } from "@opentelemetry/api";
import { ProtobufMetricsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { hrTime } from "../../src/telemetry/hr-time.ts";
import type { HistogramAggregate } from "../../src/telemetry/metrics/aggregate.ts";
import type { Metric, MetricsPayload } from "../../src/telemetry/metrics/payload.ts";
import type { MetricPoint } from "../../src/telemetry/metrics/request.ts";
import { type ResourceFacts, SCOPE_NAME } from "../../src/telemetry/resource.ts";
import { CORE_SCHEMA_URL } from "../../src/telemetry/schema-url.ts";
import { createReadable } from "../../src/telemetry/spans/readable.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";

/** The spans as an OTLP request, encoded by the official serializer. */
export function officialTraces(spans: readonly Span[], facts: ResourceFacts): Buffer {
  return Buffer.from(
    ProtobufTraceSerializer.serializeRequest(spans.map(createReadable(facts))) as Uint8Array,
  );
}

/** The metrics as an OTLP request, encoded by the official serializer. */
export function officialMetrics(payload: MetricsPayload): Buffer {
  return Buffer.from(ProtobufMetricsSerializer.serializeRequest(toResourceMetrics(payload)) as Uint8Array);
}

/** The request as an object of the OpenTelemetry SDK. */
export function toResourceMetrics({ resource, metrics, schemaUrl }: MetricsPayload): ResourceMetrics {
  return {
    // `resourceFromAttributes` drops attributes with names of Object.prototype, such as "valueOf".
    resource: {
      ...resourceFromAttributes({}),
      attributes: { ...resource },
      schemaUrl: CORE_SCHEMA_URL,
    } as ResourceMetrics["resource"],
    scopeMetrics: [{ scope: { name: SCOPE_NAME, schemaUrl }, metrics: metrics.map(toMetricData) }],
  };
}

function toMetricData({ name, instrument, temporality, points }: Metric): MetricData {
  const { kind, unit, description, valueType } = instrument;
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
  if (kind === "histogram")
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: points.map(toHistogramPoint) };
  const dataPoints = points.map((point) => ({ ...timesAndAttributes(point), value: point.value as number }));
  return kind === "counter"
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
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
