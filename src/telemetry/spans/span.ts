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
  /** How many more it had than the backend takes. */
  droppedAttributes?: number;
  events: SpanEvent[];
  links: SpanLink[];
  status: "unset" | "error";
  /** What went wrong, in one line; only where content may leave. */
  statusMessage?: string;
  /** What no standard attribute says, for the dialects of vendors that have one for it. Not sent by itself. */
  hints?: SpanHints;
  /** The client's version, which the resource says as `service.version`. */
  clientVersion?: string;
}

export interface SpanHints {
  /** When the first content block began to stream, where that is exact. */
  firstChunkMs?: number;
  /** The part of the price that the output took. */
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
