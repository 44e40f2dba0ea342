import root from "otlp-schema/build/src/generated/root.js";

// protobufjs generated the schema from the official .proto files, so this decoder shares no code with the serializer
// that it checks. The generated type declarations do not describe OTLP. Here are the parts that the decoder reads.

/** A 64-bit number: a `Long` object, or a plain number if protobufjs has no `long`. */
export type Int64 = { toString(): string } | number | null | undefined;

/** A generated message has null for a field that was not sent. */
type Bytes = Uint8Array | null;

export interface AnyValue {
  stringValue?: string | null;
  boolValue?: boolean | null;
  intValue?: Int64;
  doubleValue?: number | null;
  arrayValue?: { values?: AnyValue[] } | null;
  kvlistValue?: { values?: KeyValue[] } | null;
  bytesValue?: Uint8Array | null;
}
export interface KeyValue {
  key: string;
  value?: AnyValue | null;
}
export interface Resource {
  attributes?: KeyValue[];
}
export interface Scope {
  name: string | null;
  version: string | null;
  attributes?: KeyValue[];
}
export interface Span {
  traceId: Bytes;
  spanId: Bytes;
  traceState: string | null;
  parentSpanId: Bytes;
  flags: number | null;
  name: string | null;
  kind: number | null;
  startTimeUnixNano: Int64;
  endTimeUnixNano: Int64;
  attributes: KeyValue[];
  droppedAttributesCount: number | null;
  events: {
    timeUnixNano: Int64;
    name: string | null;
    attributes: KeyValue[];
    droppedAttributesCount: number | null;
  }[];
  droppedEventsCount: number | null;
  links: {
    traceId: Bytes;
    spanId: Bytes;
    traceState: string | null;
    attributes: KeyValue[];
    flags: number | null;
  }[];
  droppedLinksCount: number | null;
  status?: { message: string | null; code: number | null } | null;
}
export interface Point {
  attributes: KeyValue[];
  startTimeUnixNano: Int64;
  timeUnixNano: Int64;
  asDouble: number | null;
  asInt?: Int64;
  count?: Int64;
  sum: number | null;
  min: number | null;
  max: number | null;
  bucketCounts?: Int64[];
  explicitBounds?: number[];
}
export interface Metric {
  name: string | null;
  description: string | null;
  unit: string | null;
  gauge?: { dataPoints: Point[] } | null;
  sum?: { dataPoints: Point[]; aggregationTemporality: number | null; isMonotonic: boolean | null } | null;
  histogram?: { dataPoints: Point[]; aggregationTemporality: number | null } | null;
  exponentialHistogram?: { dataPoints: Point[]; aggregationTemporality: number | null } | null;
  summary?: { dataPoints: Point[] } | null;
}
export interface TraceRequest {
  resourceSpans: {
    resource?: Resource | null;
    schemaUrl: string | null;
    scopeSpans: { scope?: Scope | null; schemaUrl: string | null; spans: Span[] }[];
  }[];
}
export interface MetricsRequest {
  resourceMetrics: {
    resource?: Resource | null;
    schemaUrl: string | null;
    scopeMetrics: { scope?: Scope | null; schemaUrl: string | null; metrics: Metric[] }[];
  }[];
}

export interface LogRecord {
  timeUnixNano: Int64;
  observedTimeUnixNano: Int64;
  severityNumber: number | null;
  severityText: string | null;
  body?: AnyValue | null;
  attributes: KeyValue[];
  flags: number | null;
  traceId: Bytes;
  spanId: Bytes;
  eventName?: string | null;
}
export interface LogsRequest {
  resourceLogs: {
    resource?: Resource | null;
    schemaUrl: string | null;
    scopeLogs: { scope?: Scope | null; schemaUrl: string | null; logRecords: LogRecord[] }[];
  }[];
}
/** The OTLP services that this collector implements. */
export type CollectedSignal = "traces" | "metrics" | "logs";

interface Type<T> {
  decode(bytes: Uint8Array): T;
  encode(message: object): { finish(): Uint8Array };
}
interface Service<Request> {
  request: Type<Request>;
  response: Type<object>;
}

const collector = (
  root as unknown as { opentelemetry: { proto: { collector: Record<string, GeneratedService> } } }
).opentelemetry.proto.collector;
type GeneratedService = { v1: Record<string, unknown> };

/** Request and response messages of each service. */
export const traceService: Service<TraceRequest> = {
  request: collector.trace?.v1.ExportTraceServiceRequest as Type<TraceRequest>,
  response: collector.trace?.v1.ExportTraceServiceResponse as Type<object>,
};
export const metricsService: Service<MetricsRequest> = {
  request: collector.metrics?.v1.ExportMetricsServiceRequest as Type<MetricsRequest>,
  response: collector.metrics?.v1.ExportMetricsServiceResponse as Type<object>,
};
export const logsService: Service<LogsRequest> = {
  request: collector.logs?.v1.ExportLogsServiceRequest as Type<LogsRequest>,
  response: collector.logs?.v1.ExportLogsServiceResponse as Type<object>,
};
