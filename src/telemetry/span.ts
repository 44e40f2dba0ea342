/** A finished span as plain data, in OpenTelemetry's words. Times are milliseconds since the epoch. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** The parent is of another process (an inbound trace context). */
  parentIsRemote?: true;
  name: string;
  kind: "internal" | "client";
  startMs: number;
  endMs: number;
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  status: "unset" | "error";
  /** The client's version, which the resource says as `service.version`. */
  clientVersion?: string;
}

export interface SpanEvent {
  name: string;
  atMs: number;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  attributes: Attributes;
}

export type Attributes = Record<string, string | number | boolean | string[]>;
