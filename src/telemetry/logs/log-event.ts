import type { AnyValue } from "@opentelemetry/api-logs";

/** Severity of a log record, in OpenTelemetry's words. */
export type LogSeverity = "INFO" | "WARN" | "ERROR" | "FATAL";

/** An event of a session, as one log record. Times are milliseconds since the epoch. */
export interface LogEvent {
  /** Hash of the transcript's own ids, so that the same event always has the same id. */
  id: string;
  /** `event.name`. */
  name: string;
  severity: LogSeverity;
  /** One sentence for people. It holds no text from a prompt, an answer, a command or a file. */
  body: string;
  atMs: number;
  /** The span that it belongs to. */
  traceId: string;
  spanId: string;
  attributes: Record<string, AnyValue>;
  clientVersion?: string;
}
