import type { HistogramAggregate } from "../telemetry/metrics/aggregate.ts";
import type { Metric, MetricsPayload } from "../telemetry/metrics/payload.ts";
import type { MetricPoint } from "../telemetry/metrics/request.ts";
import { SCOPE_NAME } from "../telemetry/resource.ts";
import { CORE_SCHEMA_URL } from "../telemetry/schema-url.ts";
import { writeAttributes, writeResource, writeSchemaUrl, writeScope } from "./encode-common.ts";
import { ProtobufWriter } from "./protobuf.ts";

// Field numbers are those of opentelemetry/proto/metrics/v1/metrics.proto.
const DATA = { gauge: 5, counter: 7, histogram: 9 } as const;
const TEMPORALITY = { delta: 1, cumulative: 2 } as const;

/**
 * Encodes metrics as one request. The scope has no version: backends count it as part of a series' identity, and an
 * update of ccotel must not start new series.
 */
export function encodeMetrics({ resource, metrics, schemaUrl }: MetricsPayload): Uint8Array {
  const writer = new ProtobufWriter();
  const outer = writer.open(1);
  writeResource(writer, resource);
  const inner = writer.open(2);
  writeScope(writer, SCOPE_NAME);
  for (const metric of metrics) writeMetric(writer, metric);
  writeSchemaUrl(writer, schemaUrl);
  writer.close(inner);
  writeSchemaUrl(writer, CORE_SCHEMA_URL);
  writer.close(outer);
  return writer.take();
}

function writeMetric(writer: ProtobufWriter, { name, instrument, temporality, points }: Metric): void {
  const { kind, unit, description, valueType } = instrument;
  const metric = writer.open(2);
  writer.text(1, name);
  writer.text(2, description);
  writer.text(3, unit);
  const data = writer.open(DATA[kind]);
  for (const point of points) {
    const at = writer.open(1);
    if (kind === "histogram") writeHistogram(writer, point);
    else writeNumber(writer, point, valueType);
    writer.close(at);
  }
  if (kind !== "gauge") writer.int(2, TEMPORALITY[temporality]);
  if (kind === "counter") writer.int(3, 1);
  writer.close(data);
  writer.close(metric);
}

function writeNumber(writer: ProtobufWriter, point: MetricPoint, valueType: "int" | "double"): void {
  writer.time(2, point.startMs);
  writer.time(3, point.endMs);
  if (valueType === "int") writer.fixed64(6, point.value as number);
  else writer.double(4, point.value as number);
  writeAttributes(writer, 7, point.attributes);
}

function writeHistogram(writer: ProtobufWriter, point: MetricPoint): void {
  const { count, sum, min, max, buckets } = point.value as HistogramAggregate;
  writer.time(2, point.startMs);
  writer.time(3, point.endMs);
  writer.fixed64(4, count);
  writer.double(5, sum);
  writer.packedFixed64(6, buckets);
  writer.packedDoubles(7, point.boundaries ?? []);
  writeAttributes(writer, 9, point.attributes);
  if (min !== undefined) writer.double(11, min);
  if (max !== undefined) writer.double(12, max);
}
