/** A finished span as plain data, in OpenTelemetry's words. Times are milliseconds since the epoch. */
export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** The parent belongs to another process (an inbound trace context). */
  parentIsRemote?: true;
  name: string;
  kind: "internal" | "client";
  startMs: number;
  endMs: number;
  attributes: Attributes;
  /** Number of attributes that were dropped because the backend accepts fewer. */
  droppedAttributes?: number;
  events: SpanEvent[];
  links: SpanLink[];
  status: "unset" | "error";
  /** The error, in one line. Only if content may be sent. */
  statusMessage?: string;
  /** Facts without a standard attribute, for dialects of vendors that have one. Not sent otherwise. */
  hints?: SpanHints;
  /** The client's version, which is `service.version` of the resource. */
  clientVersion?: string;
}

/** Facts for `Span.hints`. */
export interface SpanHints {
  /** When the first content block began to stream, in epoch ms, if the time is exact. */
  firstChunkMs?: number;
  /** The part of the cost for the output, in USD. */
  outputUsd?: number;
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
