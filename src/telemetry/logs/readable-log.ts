import { TraceFlags } from "@opentelemetry/api";
import type { SeverityNumber } from "@opentelemetry/api-logs";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { hrTime } from "../hr-time.ts";
import { type ResourceFacts, SCOPE_NAME } from "../resource.ts";
import { createResources } from "../resources.ts";
import { schemaUrlOf } from "../schema-url.ts";
import { CCOTEL, GEN_AI } from "../semconv.ts";
import { attributesWithin } from "../within-limit.ts";
import type { LogEvent, LogSeverity } from "./log-event.ts";
import { LOG } from "./names.ts";

/**
 * Attributes to drop first if a record has more than a backend accepts: copies of others, what a rule's id implies, and
 * what the record's span has, too.
 */
const FIRST_TO_GO: readonly string[] = [
  GEN_AI.conversationId,
  LOG.findingVersion,
  CCOTEL.permissionCode,
  CCOTEL.permissionRuleSource,
  CCOTEL.permissionReason,
  GEN_AI.agentName,
  CCOTEL.project,
];

/** The first number of each range of the OpenTelemetry log data model. */
const SEVERITY: Record<LogSeverity, SeverityNumber> = { INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 };

/**
 * Returns a function that converts events to log records for OpenTelemetry's serializer. All records of one client
 * version share one resource and one scope object, because the serializer groups by object identity. The resource is
 * the same as that of spans. `maxAttributes`: how many attributes a record may have.
 */
export function createReadableLog(
  facts: ResourceFacts,
  maxAttributes = Number.POSITIVE_INFINITY,
): (event: LogEvent) => ReadableLogRecord {
  const instrumentationScope = {
    name: SCOPE_NAME,
    version: facts.distroVersion,
    schemaUrl: schemaUrlOf(facts.semconv),
  };
  const resourceOf = createResources(facts);

  return (event) => {
    // Both are how backends recognize an event, so they count against the limit but are never dropped.
    const own = { [LOG.eventName]: event.name, [LOG.uid]: event.id };
    const room = maxAttributes - Object.keys(own).length;
    const { attributes, dropped } = attributesWithin(event.attributes, room, FIRST_TO_GO);
    return {
      hrTime: hrTime(event.atMs),
      // The time of the event, not of the export, so that a record that is sent again is the same.
      hrTimeObserved: hrTime(event.atMs),
      spanContext: { traceId: event.traceId, spanId: event.spanId, traceFlags: TraceFlags.SAMPLED },
      severityNumber: SEVERITY[event.severity],
      severityText: event.severity,
      body: event.body,
      eventName: event.name,
      attributes: { ...attributes, ...own },
      droppedAttributesCount: dropped,
      resource: resourceOf(event.clientVersion),
      instrumentationScope,
    };
  };
}
