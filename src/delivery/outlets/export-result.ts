import type { Signal } from "../../config/signals.ts";
import { isAccepted, type Outcome } from "../../otlp/outcome.ts";
import type { ExportResult } from "../../telemetry/metrics/health.ts";

/** The observation of one request for the meter. `items` is the number of items in the request. */
export function exportResult(
  signal: Signal,
  items: number,
  outcome: Outcome,
  durationMs: number,
): ExportResult {
  const rejected = outcome.kind === "partial" ? Math.min(outcome.rejected, items) : 0;
  if (isAccepted(outcome)) {
    const failed = rejected === 0 ? {} : { failed: rejected, errorType: "rejected" };
    return { signal, exported: items - rejected, ...failed, durationMs };
  }
  return { signal, exported: 0, failed: items, errorType: errorTypeOf(outcome), durationMs };
}

function errorTypeOf(outcome: Outcome): string {
  if (!("status" in outcome) || outcome.status === undefined)
    return outcome.kind === "retryable" ? (outcome.code ?? "timeout") : outcome.kind;
  return String(outcome.status);
}
