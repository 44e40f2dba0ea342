import type { LogEvent, LogSeverity } from "./log-event.ts";

/** The part of an event that is its own. `eventOf` adds what all events share. */
export interface EventFacts {
  name: string;
  severity: LogSeverity;
  body: string;
  atMs: number;
  /** Distinguishes events of one name and span. */
  key?: string;
  attributes: Record<string, string | number | boolean | string[] | undefined>;
  /** Structured values, which only log records can have. */
  structured?: LogEvent["attributes"];
}
