import type { AnyValue } from "@opentelemetry/api-logs";

/** How much a log record matters, in OpenTelemetry's words. */
export type LogSeverity = "INFO" | "WARN" | "ERROR" | "FATAL";

/** Something that happened in a session, as one log record. Times are milliseconds since the epoch. */
export interface LogEvent {
  /** Hash of the transcript's own ids: the same event has the same id, always. */
  id: string;
  /** `event.name`. */
  name: string;
  severity: LogSeverity;
  /** One sentence for eyes; holds nothing that came from a prompt, an answer, a command or a file. */
  body: string;
  atMs: number;
  /** The span that it happened in. */
  traceId: string;
  spanId: string;
  attributes: Record<string, AnyValue>;
  clientVersion?: string;
}
