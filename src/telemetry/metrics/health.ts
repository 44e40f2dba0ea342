import { OTEL } from "../semconv.ts";
import { type Observation, observation } from "./observation.ts";

/** How a request of the bridge's own exporter went. */
export interface ExportResult {
  signal: keyof typeof COMPONENT;
  /** Spans or points that the backend has taken over. */
  exported: number;
  /** Those that it has thrown away, or that were given up. */
  failed?: number;
  /** Why, as a word of few values: an HTTP status, `ECONNREFUSED`, `timeout`, `rejected`. */
  errorType?: string;
  durationMs?: number;
}

const COMPONENT = {
  traces: { items: "otel.sdk.exporter.span.exported", type: "otlp_http_span_exporter" },
  metrics: { items: "otel.sdk.exporter.metric_data_point.exported", type: "otlp_http_metric_exporter" },
} as const;

/** The SDK's health metrics (semantic conventions, "OpenTelemetry SDK metrics") of one export request. */
export function observeExport(result: ExportResult): Observation[] {
  const { items, type } = COMPONENT[result.signal];
  const component = { "otel.component.type": type };
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

/** How old the oldest thing is that waits to be exported: zero when nothing does. */
export function observeBacklog(oldestMs: number | undefined, nowMs: number): Observation {
  const ageMs = oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs);
  return observation("ccotel.backlog.age", ageMs / 1000, {});
}
