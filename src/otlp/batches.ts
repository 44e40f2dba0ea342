import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { EncodedSpan, SpanHead } from "./encode-spans.ts";

interface BatchLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** Limits promised to backends (docs/develop/delivery.md). The strictest backends accept 4 MB. */
export const defaultLimits: BatchLimits = { maxItems: 512, maxBytes: 1_000_000 };

/** Bytes of the tags and lengths of the two messages around the spans of one head, at most. */
const AROUND_HEAD = 12;

/**
 * Splits spans into batches of at most `maxItems` spans and `maxBytes` bytes, in the given order. A single larger span
 * gets a batch of its own, because the backend decides whether it is too large.
 */
export function splitSpans<Item extends Pick<EncodedSpan, "head" | "bytes">>(
  spans: readonly Item[],
  limits: BatchLimits = defaultLimits,
): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let batch: Item[] = [];
  let bytes = 0;
  // What spans share is written once for each batch.
  let heads = new Set<SpanHead>();
  const sizeOf = ({ head, bytes: own }: Item) => own.length + (heads.has(head) ? 0 : headBytes(head));
  for (const span of spans) {
    let size = sizeOf(span);
    if (batch.length > 0 && (batch.length >= limits.maxItems || bytes + size > limits.maxBytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
      heads = new Set();
      size = sizeOf(span);
    }
    batch.push(span);
    bytes += size;
    heads.add(span.head);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function headBytes({ resource, scope, scopeSchema, resourceSchema }: SpanHead): number {
  return AROUND_HEAD + resource.length + scope.length + scopeSchema.length + resourceSchema.length;
}

/** An upper estimate of the bytes that the resource and scope of a batch of log records take. */
const AROUND_LOGS = 1000;

/** Splits log records by the same limits as spans. */
export function splitLogs(records: readonly ReadableLogRecord[]): readonly (readonly ReadableLogRecord[])[] {
  const batches: ReadableLogRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = logSize(record);
    const last = batches.at(-1);
    if (
      last === undefined ||
      last.length >= defaultLimits.maxItems ||
      bytes + size > defaultLimits.maxBytes
    ) {
      batches.push([record]);
      bytes = AROUND_LOGS + size;
    } else {
      last.push(record);
      bytes += size;
    }
  }
  return batches;
}

/** An upper estimate of the bytes that a record takes in a request. */
export function logSize({ body, attributes }: ReadableLogRecord): number {
  // JSON text is never shorter than its protobuf. The 100 bytes cover ids, times and severity.
  return 100 + Buffer.byteLength(JSON.stringify([body, attributes]));
}
