import { OTEL } from "../semconv.ts";
import { type Observation, observation } from "./observation.ts";

/** The result of one request of ccotel's own exporter. */
export interface ExportResult {
  signal: keyof typeof COMPONENT;
  /** Spans, points or log records that the backend accepted. */
  exported: number;
  /** Items that the backend dropped or rejected. */
  failed?: number;
  /** Reason with few possible values: an HTTP status, `ECONNREFUSED`, `timeout`, `rejected`. */
  errorType?: string;
  durationMs?: number;
}

const COMPONENT_TYPE = "otel.component.type";
const METRIC_EXPORTER = "otlp_http_metric_exporter";
const COMPONENT = {
  traces: { items: "otel.sdk.exporter.span.exported", type: "otlp_http_span_exporter" },
  metrics: { items: "otel.sdk.exporter.metric_data_point.exported", type: METRIC_EXPORTER },
  logs: { items: "otel.sdk.exporter.log.exported", type: "otlp_http_log_exporter" },
} as const;

/** Whether a series of ccotel's own health reports a failed export of a signal other than metrics. */
export function isFailureOfAnotherSignal(attributes: Record<string, unknown>): boolean {
  const type = attributes[COMPONENT_TYPE];
  return attributes[OTEL.errorType] !== undefined && type !== undefined && type !== METRIC_EXPORTER;
}

/** The SDK's health metrics (semantic conventions, "OpenTelemetry SDK metrics") of one export request. */
export function observeExport(result: ExportResult): Observation[] {
  const { items, type } = COMPONENT[result.signal];
  const component = { [COMPONENT_TYPE]: type };
  const errorType = (result.failed ?? 0) > 0 || result.exported === 0 ? result.errorType : undefined;
  const observed: Observation[] = [];
  if (result.exported > 0) observed.push(observation(items, result.exported, component));
  if (result.failed !== undefined && result.failed > 0) {
    const error = { [OTEL.errorType]: result.errorType ?? "unknown" };
    observed.push(observation(items, result.failed, { ...component, ...error }));
  }
  if (result.durationMs !== undefined) {
    observed.push(
      observation("otel.sdk.exporter.operation.duration", result.durationMs / 1000, {
        ...component,
        [OTEL.errorType]: errorType,
      }),
    );
  }
  return observed;
}

/** The age of the oldest item that waits for export, in seconds. Zero if nothing waits. */
export function observeBacklog(oldestMs: number | undefined, nowMs: number): Observation {
  const ageMs = oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs);
  return observation("ccotel.backlog.age", ageMs / 1000, {});
}
