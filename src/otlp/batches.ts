import type { Attributes, AttributeValue } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";

export interface BatchLimits {
  readonly maxSpans: number;
  readonly maxBytes: number;
}

/** Promised to backends (docs/develop/delivery.md): far below the 4 MB that the strictest of them take. */
export const defaultLimits: BatchLimits = { maxSpans: 512, maxBytes: 1_000_000 };

/**
 * Cuts spans into batches of at most `maxSpans` spans and `maxBytes` serialised bytes, in the given order.
 * A single span that is larger than a batch stands alone in one: whether it is too large is the backend's word.
 */
export function splitSpans(
  spans: readonly ReadableSpan[],
  limits: BatchLimits = defaultLimits,
): readonly (readonly ReadableSpan[])[] {
  const batches: ReadableSpan[][] = [];
  let batch: ReadableSpan[] = [];
  let bytes = 0;
  // The serializer writes a resource or scope once per batch for each object, not for each value.
  let shared = new Set<object>();
  for (const span of spans) {
    const own = spanBytes(span);
    let size = own + sharedBytes(span, shared);
    if (batch.length > 0 && (batch.length >= limits.maxSpans || bytes + size > limits.maxBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
      shared = new Set();
      size = own + sharedBytes(span, shared);
    }
    batch.push(span);
    bytes += size;
    shared.add(span.resource).add(span.instrumentationScope);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Cuts log records like spans: by number, and by a generous guess of their size. */
export function splitLogs(
  records: readonly ReadableLogRecord[],
  limits: BatchLimits = defaultLimits,
): readonly (readonly ReadableLogRecord[])[] {
  const batches: ReadableLogRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    // What JSON writes of text is never shorter than the protobuf; 100 bytes are ids, times and severity.
    const size = 100 + Buffer.byteLength(JSON.stringify([record.body, record.attributes]));
    const last = batches.at(-1);
    if (last === undefined || last.length >= limits.maxSpans || bytes + size > limits.maxBytes) {
      batches.push([record]);
      bytes = 1000 + size;
    } else {
      last.push(record);
      bytes += size;
    }
  }
  return batches;
}

/**
 * The size of a span in an OTLP request, counted field by field as the encoder writes them, at a tenth of the cost of
 * encoding it. Exact for what ccotel sends (text, numbers, booleans and lists of them); a test holds it to the encoder.
 */
export function spanBytes(span: ReadableSpan): number {
  const { traceState } = span.spanContext();
  // Both ids (18 + 10), kind (2), start and end (9 each), flags (6).
  let size =
    54 + (span.parentSpanContext?.spanId ? 10 : 0) + textBytes(span.name) + attributeBytes(span.attributes);
  size += traceStateBytes(traceState);
  size += 3 + varintBytes(span.droppedAttributesCount);
  size += varintBytes(span.droppedEventsCount) + varintBytes(span.droppedLinksCount);
  size += framed(2 + (span.status.message ? textBytes(span.status.message) : 0));
  for (const event of span.events) {
    const dropped = 1 + varintBytes(event.droppedAttributesCount ?? 0);
    size += framed(9 + dropped + textBytes(event.name) + attributeBytes(event.attributes));
  }
  for (const { context, attributes, droppedAttributesCount } of span.links) {
    const dropped = 1 + varintBytes(droppedAttributesCount ?? 0);
    size += framed(28 + 5 + dropped + traceStateBytes(context.traceState) + attributeBytes(attributes));
  }
  return framed(size);
}

/** What resource and scope of a span add to a batch that has not got them yet. */
function sharedBytes(span: ReadableSpan, counted: ReadonlySet<object>): number {
  const { resource, instrumentationScope: scope } = span;
  // The frames around them hold all spans of the batch, so their lengths may be long: 10 bytes for each of the two.
  let size = 0;
  if (!counted.has(resource)) size += 12 + framed(attributeBytes(resource.attributes as Attributes));
  if (!counted.has(scope)) size += 10 + framed(textBytes(scope.name) + textBytes(scope.version ?? ""));
  if (!counted.has(scope) && scope.schemaUrl) size += textBytes(scope.schemaUrl);
  return size;
}

function attributeBytes(attributes: Attributes | undefined): number {
  let size = 0;
  for (const key in attributes) size += framed(textBytes(key) + framed(valueBytes(attributes[key])));
  return size;
}

function valueBytes(value: AttributeValue | null | undefined): number {
  if (typeof value === "string") return textBytes(value);
  if (typeof value === "boolean") return 2;
  if (typeof value === "number") return Number.isInteger(value) ? 1 + varintBytes(value) : 9;
  if (!Array.isArray(value)) return 0;
  let size = 0;
  for (const item of value) size += framed(valueBytes(item));
  return framed(size);
}

function traceStateBytes(state: { serialize(): string } | undefined): number {
  const serialised = state?.serialize();
  return serialised ? textBytes(serialised) : 0;
}

/** A string field: tag, length, UTF-8. */
function textBytes(text: string): number {
  return framed(Buffer.byteLength(text));
}

/** A field of that many bytes with its tag and length. */
function framed(size: number): number {
  return 1 + varintBytes(size) + size;
}

function varintBytes(value: number): number {
  if (value < 0) return 10;
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return Math.min(size, 10);
}
