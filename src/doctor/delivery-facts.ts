import { readdirSync } from "node:fs";
import { MAX_BYTES, readText } from "../disk/read.ts";
import { readDeliveryState } from "../state/delivery-state.ts";
import type { Home } from "../state/home.ts";
import { parseMetricsState } from "../telemetry/metrics/parse-state.ts";
import { readSeriesKey } from "../telemetry/metrics/series-key.ts";
import type { DeliveryFact } from "./facts.ts";
import type { SessionStatus } from "./session-facts.ts";

/** How the deliveries have gone, over all sessions: for `status`, and for the checks of `doctor`. */
export function deliveryFact(home: Home, sessions: readonly SessionStatus[]): DeliveryFact {
  const { lastSuccessMs, lastFailure, rejectedSpans = 0 } = readDeliveryState(home);
  const pending = sessions.map((session) => session.pending).filter(({ sinceMs }) => sinceMs !== undefined);
  return {
    pendingSessions: pending.length,
    pendingBytes: pending.reduce((sum, { bytes }) => sum + bytes, 0),
    rejectedSpans,
    unpricedModels: unpricedModels(home),
    sessionsWithoutTranscript: sessions.filter(({ hasNoTranscript }) => hasNoTranscript).length,
    ...(pending.length === 0
      ? {}
      : { oldestPendingMs: Math.min(...pending.map(({ sinceMs = 0 }) => sinceMs)) }),
    ...(lastSuccessMs === undefined ? {} : { lastSuccessMs }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
  };
}

/** How many events of hooks wait for a worker. */
export function countEvents(home: Home): number {
  try {
    return readdirSync(home.inbox).filter((name) => name.endsWith(".json")).length;
  } catch {
    return 0;
  }
}

/** Models that requests went to and that have no known price, as the memory of the metrics names them. */
function unpricedModels(home: Home): string[] {
  let text: string;
  try {
    text = readText(home.metrics, MAX_BYTES.state);
  } catch {
    return [];
  }
  const models = Object.keys(parseMetricsState(text)?.series ?? {}).flatMap((key) => {
    const { instrument, attributes } = readSeriesKey(key);
    const model = attributes["gen_ai.request.model"];
    return instrument === "ccotel.unpriced_requests" && typeof model === "string" ? [model] : [];
  });
  return [...new Set(models)].sort();
}
