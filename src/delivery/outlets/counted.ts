import { dict } from "../../dict.ts";
import type { Watermark } from "../../state/position/watermark.ts";
import type { MetricsState } from "../../telemetry/metrics/state.ts";

/**
 * Up to where each of the last sessions has been counted, in the memory of the counters themselves. A session whose own
 * state is lost is sent again from its start, under the same ids; this is how its counters know what they have.
 */
const MAX_SESSIONS = 300;

export function noteCounted(state: MetricsState, sessionId: string, until: Watermark): void {
  const counted = dict(state.counted);
  // The last one that was noted stands last.
  delete counted[sessionId];
  counted[sessionId] = until;
  const ids = Object.keys(counted);
  for (const id of ids.slice(0, Math.max(0, ids.length - MAX_SESSIONS))) delete counted[id];
  state.counted = counted;
}

export function countedOf(state: MetricsState, sessionId: string): Watermark | undefined {
  const until = Object.hasOwn(state.counted ?? {}, sessionId) ? state.counted?.[sessionId] : undefined;
  return typeof until === "object" && until !== null ? (until as Watermark) : undefined;
}
