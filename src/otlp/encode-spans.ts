import type { ResourceFacts } from "../telemetry/resource.ts";
import { resourceAttributes, SCOPE_NAME } from "../telemetry/resource.ts";
import { CORE_SCHEMA_URL, schemaUrlOf } from "../telemetry/schema-url.ts";
import type { Span } from "../telemetry/spans/span.ts";
import { writeAttributes, writeResource, writeSchemaUrl, writeScope } from "./encode-common.ts";
import { ProtobufWriter, varintSize } from "./protobuf.ts";

/** A span encoded for a request, with the names that are recorded if a backend rejects it. */
export interface EncodedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly head: SpanHead;
  readonly bytes: Uint8Array;
}

/** What spans of one Claude Code version share: one object for all of them. */
export interface SpanHead {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  /** Schema URLs, which follow the scope's spans and the resource's scopes. */
  readonly scopeSchema: Uint8Array;
  readonly resourceSchema: Uint8Array;
}

// Field numbers are those of opentelemetry/proto/trace/v1/trace.proto. Empty values are written as the official
// serializer writes them, so the bytes are the same; a test compares the two.
const INTERNAL = 1;
const CLIENT = 3;
const ERROR = 2;
/** The flags for "sampled" and for "`IS_REMOTE` is valid". */
const FLAGS = 0x101;
const IS_REMOTE = 0x200;
/** Bytes of a span's length. Nearly all spans have at least 128 bytes and less than 16 KB. */
const LENGTH_BYTES = 2;

/** Returns an encoder for spans of one installation. */
export function createSpanEncoder(facts: ResourceFacts): (span: Span) => EncodedSpan {
  const writer = new ProtobufWriter();
  const heads = new Map<string | undefined, SpanHead>();

  function headOf(clientVersion: string | undefined): SpanHead {
    const known = heads.get(clientVersion);
    if (known !== undefined) return known;
    writeResource(writer, resourceAttributes(facts, clientVersion));
    const resource = writer.take();
    writeScope(writer, SCOPE_NAME, facts.distroVersion);
    const scope = writer.take();
    writeSchemaUrl(writer, schemaUrlOf(facts.semconv));
    const scopeSchema = writer.take();
    writeSchemaUrl(writer, CORE_SCHEMA_URL);
    const head = { resource, scope, scopeSchema, resourceSchema: writer.take() };
    heads.set(clientVersion, head);
    return head;
  }

  return (span) => {
    const { traceId, spanId, name } = span;
    const head = headOf(span.clientVersion);
    writeSpan(writer, span);
    return { traceId, spanId, name, head, bytes: writer.take() };
  };
}

/** Encodes spans as one request. Groups spans with the same head. */
export function encodeTraces(spans: readonly EncodedSpan[]): Uint8Array {
  const byHead = new Map<SpanHead, Uint8Array[]>();
  for (const { head, bytes } of spans) {
    const known = byHead.get(head);
    if (known === undefined) byHead.set(head, [bytes]);
    else known.push(bytes);
  }
  return Buffer.concat([...byHead].flatMap(([head, own]) => resourceSpans(head, own)));
}

function resourceSpans(head: SpanHead, spans: readonly Uint8Array[]): Uint8Array[] {
  const { resource, scope, scopeSchema, resourceSchema } = head;
  const inner = spans.reduce((sum, { length }) => sum + length, scope.length + scopeSchema.length);
  const outer = resource.length + 1 + varintSize(inner) + inner + resourceSchema.length;
  return [lengthOf(1, outer), resource, lengthOf(2, inner), scope, ...spans, scopeSchema, resourceSchema];
}

/** Tag and length of an already encoded message. */
function lengthOf(field: number, length: number): Uint8Array {
  const bytes = [field * 8 + 2];
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

function writeSpan(writer: ProtobufWriter, span: Span): void {
  const start = writer.open(2, LENGTH_BYTES);
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  if (span.parentSpanId !== undefined) writer.hex(4, span.parentSpanId);
  writer.text(5, span.name);
  writer.int(6, span.kind === "client" ? CLIENT : INTERNAL);
  writer.time(7, span.startMs);
  writer.time(8, span.endMs);
  writeAttributes(writer, 9, span.attributes);
  writer.int(10, span.droppedAttributes ?? 0);
  for (const event of span.events) {
    const at = writer.open(11);
    writer.time(1, event.atMs);
    writer.text(2, event.name);
    writeAttributes(writer, 3, event.attributes);
    writer.int(4, 0);
    writer.close(at);
  }
  writer.int(12, 0);
  for (const link of span.links) {
    const at = writer.open(13);
    writer.hex(1, link.traceId);
    writer.hex(2, link.spanId);
    writeAttributes(writer, 4, link.attributes);
    writer.int(5, 0);
    writer.fixed32(6, FLAGS | IS_REMOTE);
    writer.close(at);
  }
  writer.int(14, 0);
  const status = writer.open(15);
  const isError = span.status === "error";
  if (isError && span.statusMessage) writer.text(2, span.statusMessage);
  writer.int(3, isError ? ERROR : 0);
  writer.close(status);
  writer.fixed32(16, span.parentSpanId !== undefined && span.parentIsRemote ? FLAGS | IS_REMOTE : FLAGS);
  writer.close(start, LENGTH_BYTES);
}
