import { dict } from "../../dict.ts";
import type { Watermark } from "../../state/position/watermark.ts";
import type { MetricsState } from "../../telemetry/metrics/state.ts";

/**
 * How many sessions the counters remember, each with its watermark. A session whose own state is lost is sent again
 * from its start, under the same ids. The watermark keeps the counters from counting it twice.
 */
const MAX_SESSIONS = 300;

/** Records in the counters' state how far a session has been counted. */
export function noteCounted(state: MetricsState, sessionId: string, until: Watermark): void {
  const counted = dict(state.counted);
  // Moves the session to the end, so that the oldest entries are dropped first.
  delete counted[sessionId];
  counted[sessionId] = until;
  const ids = Object.keys(counted);
  for (const id of ids.slice(0, Math.max(0, ids.length - MAX_SESSIONS))) delete counted[id];
  state.counted = counted;
}

/** How far a session has been counted; undefined if the counters do not know it. */
export function countedOf(state: MetricsState, sessionId: string): Watermark | undefined {
  const until = Object.hasOwn(state.counted ?? {}, sessionId) ? state.counted?.[sessionId] : undefined;
  return typeof until === "object" && until !== null ? (until as Watermark) : undefined;
}
