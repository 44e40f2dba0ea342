import type { HrTime } from "@opentelemetry/api";

/** Converts epoch milliseconds to OpenTelemetry's form: seconds, and the rest in nanoseconds. */
export function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
