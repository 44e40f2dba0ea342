import { SpanKind, type SpanStatus, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Dialect } from "../../choices.ts";
import { dialectResource } from "../dialects/dialect.ts";
import { hrTime } from "../hr-time.ts";
import { OTEL } from "../semconv.ts";
import type { Span } from "./span.ts";

/** What is said about the sender of all spans. */
export interface ResourceFacts {
  serviceName: string;
  /** A random id of this installation. */
  serviceInstanceId?: string;
  distroVersion: string;
  /** `OTEL_RESOURCE_ATTRIBUTES` of the user. */
  extra: Record<string, string>;
  dialect?: Dialect;
}

export const SCOPE_NAME = "ccotel";

/**
 * Makes the exporters' spans from ours, by hand: their ids and times are given, and a tracer provider would obey
 * sampling variables meant for other programs. All spans of one client version share one resource and one scope object,
 * as the encoder groups by identity.
 */
export function createReadable(facts: ResourceFacts): (span: Span) => ReadableSpan {
  const instrumentationScope = { name: SCOPE_NAME, version: facts.distroVersion };
  const resources = new Map<string | undefined, Resource>();

  function resourceOf(clientVersion: string | undefined): Resource {
    let resource = resources.get(clientVersion);
    if (resource === undefined) {
      resource = resourceFromAttributes(resourceAttributes(facts, clientVersion));
      resources.set(clientVersion, resource);
    }
    return resource;
  }

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
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  });
}

function statusOf({ status, statusMessage }: Span): SpanStatus {
  if (status !== "error") return { code: SpanStatusCode.UNSET };
  return { code: SpanStatusCode.ERROR, ...(statusMessage === undefined ? {} : { message: statusMessage }) };
}

/** Attributes of the resource of spans; the user's own come first and give way to what is known better. */
export function resourceAttributes(
  facts: ResourceFacts,
  clientVersion: string | undefined,
): Record<string, string> {
  return {
    ...dialectResource(facts.dialect, facts.serviceInstanceId),
    ...facts.extra,
    [OTEL.serviceName]: facts.serviceName,
    ...(clientVersion === undefined ? {} : { [OTEL.serviceVersion]: clientVersion }),
    ...(facts.serviceInstanceId === undefined ? {} : { [OTEL.serviceInstanceId]: facts.serviceInstanceId }),
    [OTEL.distroName]: "ccotel",
    [OTEL.distroVersion]: facts.distroVersion,
  };
}
