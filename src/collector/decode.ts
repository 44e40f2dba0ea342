import { dict } from "../dict.ts";
import {
  type AnyValue,
  type Int64,
  type KeyValue,
  type Metric,
  metricsService,
  type Point,
  type Scope,
  type Span,
  traceService,
} from "./schema.ts";

export type Value =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | null
  | Value[]
  | { [key: string]: Value };
export type ValueType = "string" | "int" | "double" | "bool" | "array" | "kvlist" | "bytes" | "empty";
export type Attributes = Readonly<Record<string, Value>>;

/** Attributes as plain values, with their types in the message: JavaScript cannot tell an int 2 from a double 2. */
export interface WithAttributes {
  readonly attributes: Attributes;
  readonly types: Readonly<Record<string, ValueType>>;
}

export interface ReceivedScope extends WithAttributes {
  readonly name: string;
  readonly version: string;
}

/** The spans of one resource and scope, as received. */
export interface ReceivedTraces {
  readonly resource: Attributes;
  readonly resourceTypes: Readonly<Record<string, ValueType>>;
  readonly scope: ReceivedScope;
  readonly spans: readonly ReceivedSpan[];
}

export interface ReceivedSpan extends WithAttributes {
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root span. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: "UNSPECIFIED" | "INTERNAL" | "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly events: readonly (WithAttributes & { readonly name: string; readonly timeNs: bigint })[];
  readonly links: readonly (WithAttributes & {
    readonly traceId: string;
    readonly spanId: string;
    readonly flags: number;
  })[];
  readonly status: { readonly code: "UNSET" | "OK" | "ERROR"; readonly message: string };
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
}

/** The metrics of one resource and scope, as received. */
export interface ReceivedMetrics {
  readonly resource: Attributes;
  readonly resourceTypes: Readonly<Record<string, ValueType>>;
  readonly scope: ReceivedScope;
  readonly metrics: readonly ReceivedMetric[];
}

export interface ReceivedMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly type: "gauge" | "sum" | "histogram" | "exponential_histogram" | "summary";
  /** Undefined for gauges and summaries. */
  readonly temporality: "delta" | "cumulative" | undefined;
  readonly monotonic: boolean | undefined;
  readonly points: readonly ReceivedPoint[];
}

export interface ReceivedPoint extends WithAttributes {
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** For sums and gauges. */
  readonly value?: number | bigint;
  readonly valueType?: "int" | "double";
  /** For histograms. */
  readonly count?: number | bigint;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bounds?: readonly number[];
  readonly counts?: readonly (number | bigint)[];
}

/** Decodes the body of a POST to /v1/traces. Throws if the bytes are not such a request. */
export function decodeTraces(bytes: Uint8Array): ReceivedTraces[] {
  return traceService.request.decode(bytes).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.map(({ scope, spans }) => ({
      ...shared(resource?.attributes, scope),
      spans: spans.map(span),
    })),
  );
}

/** Decodes the body of a POST to /v1/metrics. Throws if the bytes are not such a request. */
export function decodeMetrics(bytes: Uint8Array): ReceivedMetrics[] {
  return metricsService.request.decode(bytes).resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.map(({ scope, metrics }) => ({
      ...shared(resource?.attributes, scope),
      metrics: metrics.map(metric),
    })),
  );
}

/** Decodes the resource and the scope of spans, metrics or log records. */
export function shared(resource: KeyValue[] | undefined, scope: Scope | null | undefined) {
  const { attributes, types } = withAttributes(resource);
  return {
    resource: attributes,
    resourceTypes: types,
    scope: { name: scope?.name ?? "", version: scope?.version ?? "", ...withAttributes(scope?.attributes) },
  };
}

const kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const;
const statusCodes = ["UNSET", "OK", "ERROR"] as const;

function span(sent: Span): ReceivedSpan {
  return {
    traceId: hex(sent.traceId),
    spanId: hex(sent.spanId),
    parentSpanId: hex(sent.parentSpanId),
    traceState: sent.traceState ?? "",
    flags: sent.flags ?? 0,
    name: sent.name ?? "",
    kind: kinds[sent.kind ?? 0] ?? "UNSPECIFIED",
    startNs: big(sent.startTimeUnixNano),
    endNs: big(sent.endTimeUnixNano),
    ...withAttributes(sent.attributes),
    events: sent.events.map((event) => ({
      name: event.name ?? "",
      timeNs: big(event.timeUnixNano),
      ...withAttributes(event.attributes),
    })),
    links: sent.links.map((link) => ({
      traceId: hex(link.traceId),
      spanId: hex(link.spanId),
      flags: link.flags ?? 0,
      ...withAttributes(link.attributes),
    })),
    status: { code: statusCodes[sent.status?.code ?? 0] ?? "UNSET", message: sent.status?.message ?? "" },
    dropped: {
      attributes: sent.droppedAttributesCount ?? 0,
      events: sent.droppedEventsCount ?? 0,
      links: sent.droppedLinksCount ?? 0,
    },
  };
}

const temporalities = [undefined, "delta", "cumulative"] as const;

function metric(sent: Metric): ReceivedMetric {
  const texts = { name: sent.name ?? "", description: sent.description ?? "", unit: sent.unit ?? "" };
  const head = { ...texts, temporality: undefined, monotonic: undefined };
  if (sent.gauge) return { ...head, type: "gauge", points: sent.gauge.dataPoints.map(numberPoint) };
  if (sent.sum) {
    const { dataPoints, aggregationTemporality, isMonotonic } = sent.sum;
    const temporality = temporalities[aggregationTemporality ?? 0];
    return {
      ...head,
      type: "sum",
      temporality,
      monotonic: isMonotonic ?? false,
      points: dataPoints.map(numberPoint),
    };
  }
  if (sent.summary) return { ...head, type: "summary", points: sent.summary.dataPoints.map(histogramPoint) };
  const type = sent.histogram ? "histogram" : "exponential_histogram";
  const body = sent.histogram ?? sent.exponentialHistogram;
  const temporality = temporalities[body?.aggregationTemporality ?? 0];
  return { ...head, type, temporality, points: (body?.dataPoints ?? []).map(histogramPoint) };
}

function numberPoint(sent: Point): ReceivedPoint {
  const isInt = sent.asInt !== null && sent.asInt !== undefined;
  return {
    ...pointHead(sent),
    value: isInt ? whole(sent.asInt) : (sent.asDouble ?? 0),
    valueType: isInt ? "int" : "double",
  };
}

function histogramPoint(sent: Point): ReceivedPoint {
  const optional = (key: "sum" | "min" | "max") => {
    const value = sent[key];
    return value === null || value === undefined ? {} : { [key]: value };
  };
  return {
    ...pointHead(sent),
    count: whole(sent.count),
    ...optional("sum"),
    ...optional("min"),
    ...optional("max"),
    bounds: sent.explicitBounds ?? [],
    counts: (sent.bucketCounts ?? []).map(whole),
  };
}

function pointHead(sent: Point) {
  return {
    ...withAttributes(sent.attributes),
    startNs: big(sent.startTimeUnixNano),
    endNs: big(sent.timeUnixNano),
  };
}

/** Decodes attributes. Of two with the same key, the last one counts. */
export function withAttributes(pairs: readonly KeyValue[] | undefined): WithAttributes {
  const attributes = dict<Value>();
  const types = dict<ValueType>();
  for (const { key, value } of pairs ?? []) {
    const [type, plain] = typed(value);
    attributes[key] = plain;
    types[key] = type;
  }
  return { attributes, types };
}

/** Decodes one value and its type. An unset value has the type `empty` and is null. */
export function typed(value: AnyValue | null | undefined): [ValueType, Value] {
  // Fields that were not sent are null on the message's prototype, so `??` and `typeof` see only what was sent.
  if (typeof value?.stringValue === "string") return ["string", value.stringValue];
  if (typeof value?.boolValue === "boolean") return ["bool", value.boolValue];
  if (value?.intValue !== null && value?.intValue !== undefined) return ["int", whole(value.intValue)];
  if (typeof value?.doubleValue === "number") return ["double", value.doubleValue];
  if (value?.arrayValue) return ["array", (value.arrayValue.values ?? []).map((item) => typed(item)[1])];
  if (value?.kvlistValue) return ["kvlist", { ...withAttributes(value.kvlistValue.values).attributes }];
  if (value?.bytesValue) return ["bytes", value.bytesValue];
  return ["empty", null];
}

/** Returns lower-case hex, or an empty string for null. */
export function hex(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

/** Returns a 64-bit number as a bigint. A field that was not sent counts as 0. */
export function big(value: Int64): bigint {
  return BigInt(String(value ?? 0));
}

/** Returns a number if that is exact, else a bigint. */
function whole(value: Int64): number | bigint {
  const exact = big(value);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}
