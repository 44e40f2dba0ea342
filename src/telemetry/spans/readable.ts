import { SpanKind, type SpanStatus, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { hrTime } from "../hr-time.ts";
import { type ResourceFacts, SCOPE_NAME } from "../resource.ts";
import { createResources } from "../resources.ts";
import { schemaUrlOf } from "../schema-url.ts";
import type { Span } from "./span.ts";

/**
 * Returns a function that converts spans to OpenTelemetry's spans for its JSON serializer. It uses no tracer provider,
 * because ids and times are fixed, and because a provider would obey sampling variables meant for other programs. All
 * spans of one client version share one resource and one scope object, because the serializer groups by object
 * identity.
 */
export function createReadable(facts: ResourceFacts): (span: Span) => ReadableSpan {
  const instrumentationScope = {
    name: SCOPE_NAME,
    version: facts.distroVersion,
    schemaUrl: schemaUrlOf(facts.semconv),
  };
  const resourceOf = createResources(facts);

  return (span) => ({
    name: span.name,
    kind: span.kind === "client" ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => ({ traceId: span.traceId, spanId: span.spanId, traceFlags: TraceFlags.SAMPLED }),
    ...(span.parentSpanId === undefined
      ? {}
      : {
          parentSpanContext: {
            traceId: span.traceId,
            spanId: span.parentSpanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: span.parentIsRemote === true,
          },
        }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(span.endMs - span.startMs),
    status: statusOf(span),
    attributes: span.attributes,
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true },
      attributes,
    })),
    events: span.events.map(({ name, atMs, attributes }) => ({ name, time: hrTime(atMs), attributes })),
    ended: true,
    resource: resourceOf(span.clientVersion),
    instrumentationScope,
    droppedAttributesCount: span.droppedAttributes ?? 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  });
}

function statusOf({ status, statusMessage }: Span): SpanStatus {
  if (status !== "error") return { code: SpanStatusCode.UNSET };
  return { code: SpanStatusCode.ERROR, ...(statusMessage === undefined ? {} : { message: statusMessage }) };
}
