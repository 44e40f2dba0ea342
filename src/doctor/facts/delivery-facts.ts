import { type Signal, signals } from "../../config/signals.ts";
import { namesIn } from "../../disk/folder.ts";
import { MAX_BYTES, tryReadText } from "../../disk/read.ts";
import type { Outcome } from "../../otlp/outcome.ts";
import { destinationPlace } from "../../state/destinations/destination-place.ts";
import type { Home } from "../../state/home.ts";
import { readWorkerState } from "../../state/worker-state.ts";
import { parseMetricsState } from "../../telemetry/metrics/parse-state.ts";
import { readSeriesKey } from "../../telemetry/metrics/series-key.ts";
import type { DestinationFact } from "./destination-facts.ts";
import type { DeliveryFact, SignalTrouble } from "./facts.ts";
import type { SessionStatus } from "./session-facts.ts";

/** Summarizes the deliveries of all sessions, for `status` and for the checks of `doctor`. */
export function deliveryFact(
  home: Home,
  destinations: readonly DestinationFact[],
  sessions: readonly SessionStatus[],
): DeliveryFact {
  const pending = sessions.map((session) => session.pending).filter(({ sinceMs }) => sinceMs !== undefined);
  const live = destinations.filter(({ isLive }) => isLive);
  const successes = [
    ...live.flatMap((one) => Object.values(one.signals).flatMap((of) => of.lastSuccessMs ?? [])),
    ...sessions.flatMap(({ lastDelivery }) => lastDelivery?.atMs ?? []),
  ];
  const troubles = live.flatMap(troublesOf);
  const lastFailure = troubles.toSorted((a, b) => b.atMs - a.atMs)[0];
  const { fault } = readWorkerState(home);
  return {
    pendingSessions: pending.length,
    pendingBytes: pending.reduce((sum, { bytes }) => sum + bytes, 0),
    rejectedSpans: destinations.reduce((sum, one) => sum + (one.signals.traces?.rejected ?? 0), 0),
    unpricedModels: unpricedModels(home, destinations),
    sessionsWithoutTranscript: sessions.filter(({ hasNoTranscript }) => hasNoTranscript).length,
    troubles,
    ...(fault === undefined ? {} : { fault }),
    ...(pending.length === 0
      ? {}
      : { oldestPendingMs: Math.min(...pending.map(({ sinceMs = 0 }) => sinceMs)) }),
    ...(successes.length === 0 ? {} : { lastSuccessMs: Math.max(...successes) }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
  };
}

const MAY_PASS: ReadonlySet<string> = new Set<Outcome["kind"]>(["retryable", "server_error"]);

/** Returns the current error of each signal: the last attempt failed, and nothing was accepted since. */
function troublesOf({ endpoint, signals: states }: DestinationFact): SignalTrouble[] {
  return signals.flatMap((signal: Signal) => {
    const { lastFailure, lastSuccessMs = 0, endpoint: url } = states[signal] ?? {};
    if (lastFailure === undefined || lastFailure.atMs < lastSuccessMs) return [];
    const { atMs, kind, message } = lastFailure;
    return [{ signal, endpoint, url, atMs, message, mayPass: MAY_PASS.has(kind) }];
  });
}

/** Returns how many hook events wait for a worker. */
export function countEvents(home: Home): number {
  return namesIn(home.inbox).filter((name) => name.endsWith(".json")).length;
}

/** Returns the models without a known price that the memory of the metrics lists. */
function unpricedModels(home: Home, destinations: readonly DestinationFact[]): string[] {
  const models = destinations.flatMap(({ key }) => {
    const text = tryReadText(destinationPlace(home, key).metrics, MAX_BYTES.state) ?? "";
    return Object.keys(parseMetricsState(text)?.series ?? {}).flatMap((series) => {
      const { instrument, attributes } = readSeriesKey(series);
      const model = attributes["gen_ai.request.model"];
      return instrument === "ccotel.unpriced_requests" && typeof model === "string" ? [model] : [];
    });
  });
  return [...new Set(models)].sort();
}
