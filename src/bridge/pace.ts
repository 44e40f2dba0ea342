import type { Outcome } from "../otlp/outcome.ts";

/** When the next attempt may be made after failures, and when to give up: DESIGN §6. */
export interface Pace {
  /** Notes a failed attempt. Returns how long to wait before the next one, or undefined: this worker gives up. */
  failed(outcome: Outcome, nowMs: number): number | undefined;
  succeeded(): void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** A worker that has met nothing but failures for so long leaves the rest to the next event. */
export const GIVE_UP_MS = 120_000;

export function createPace(): Pace {
  let failures = 0;
  let sinceMs: number | undefined;
  return {
    failed(outcome, nowMs) {
      if (outcome.kind !== "retryable" && outcome.kind !== "server_error") return undefined;
      sinceMs ??= nowMs;
      const backOff = Math.min(FIRST_WAIT_MS * 2 ** failures++, LONGEST_WAIT_MS);
      const wait = Math.max(backOff, (outcome.kind === "retryable" && outcome.retryAfterMs) || 0);
      return nowMs - sinceMs + wait > GIVE_UP_MS ? undefined : wait;
    },
    succeeded() {
      failures = 0;
      sinceMs = undefined;
    },
  };
}
