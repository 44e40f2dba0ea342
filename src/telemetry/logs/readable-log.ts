import { TraceFlags } from "@opentelemetry/api";
import type { AnyValue, SeverityNumber } from "@opentelemetry/api-logs";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { hrTime } from "../hr-time.ts";
import { type ResourceFacts, SCOPE_NAME } from "../resource.ts";
import { createResources } from "../resources.ts";
import { schemaUrlOf } from "../schema-url.ts";
import type { LogEvent, LogSeverity } from "./log-event.ts";
import { LOG } from "./names.ts";

/** The first number of each range of the OpenTelemetry log data model. */
const SEVERITY: Record<LogSeverity, SeverityNumber> = { INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 };

/**
 * Returns a function that converts events to log records for OpenTelemetry's serializer. All records of one client
 * version share one resource and one scope object, because the serializer groups by object identity. The resource is
 * the same as that of spans.
 */
export function createReadableLog(facts: ResourceFacts): (event: LogEvent) => ReadableLogRecord {
  const instrumentationScope = {
    name: SCOPE_NAME,
    version: facts.distroVersion,
    schemaUrl: schemaUrlOf(facts.semconv),
  };
  const resourceOf = createResources(facts);

  return (event) => ({
    hrTime: hrTime(event.atMs),
    // The time of the event, not of the export, so that a record that is sent again is the same.
    hrTimeObserved: hrTime(event.atMs),
    spanContext: { traceId: event.traceId, spanId: event.spanId, traceFlags: TraceFlags.SAMPLED },
    severityNumber: SEVERITY[event.severity],
    severityText: event.severity,
    body: event.body,
    eventName: event.name,
    attributes: {
      ...event.attributes,
      [LOG.eventName]: event.name,
      [LOG.uid]: event.id,
    } as Record<string, AnyValue>,
    droppedAttributesCount: 0,
    resource: resourceOf(event.clientVersion),
    instrumentationScope,
  });
}
