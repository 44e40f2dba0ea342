import type { Outcome } from "../otlp/outcome.ts";

/**
 * Decides when a process may send again after a failure, and when it stops trying. All times are ticks, in
 * milliseconds.
 */
export interface Backoff {
  /**
   * How long to wait before the next attempt, in milliseconds. 0: send now. Undefined: this process no longer tries.
   */
  waitMs(nowMs: number): number | undefined;
  failed(outcome: Outcome, nowMs: number): void;
  /**
   * The backend rejected items of one session, and it is not yet known whether the items or the backend are at fault.
   * Other sessions may still be sent.
   */
  doubted(): void;
  succeeded(): void;
  /** Makes `waitMs` allow no attempt until `untilMs`. */
  holdUntil(untilMs: number, nowMs: number): void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** A worker stops trying after failures for this long. The next event starts a new attempt. */
const GIVE_UP_MS = 120_000;

/** After this many rejected sessions in a row, the backend is likely to reject the others, too. */
const MAX_DOUBTS = 3;

/** A backoff for one process and one destination, without failures yet. */
export function createBackoff(): Backoff {
  let failures = 0;
  let doubts = 0;
  let failingSinceMs: number | undefined;
  let readyMs = 0;
  let givenUp = false;
  const hold = (untilMs: number, nowMs: number) => {
    failingSinceMs ??= nowMs;
    readyMs = Math.max(readyMs, untilMs);
    givenUp ||= readyMs - failingSinceMs > GIVE_UP_MS;
  };
  return {
    waitMs: (nowMs) => (givenUp ? undefined : Math.max(0, readyMs - nowMs)),
    failed(outcome, nowMs) {
      if (outcome.kind !== "retryable" && outcome.kind !== "server_error") {
        givenUp = true;
        return;
      }
      const backOff = Math.min(FIRST_WAIT_MS * 2 ** failures++, LONGEST_WAIT_MS);
      hold(nowMs + Math.max(backOff, retryAfterOf(outcome)), nowMs);
    },
    doubted() {
      givenUp ||= ++doubts >= MAX_DOUBTS;
    },
    succeeded() {
      failures = 0;
      doubts = 0;
      failingSinceMs = undefined;
    },
    holdUntil: hold,
  };
}

/** The wait in milliseconds that the backend asked for; 0 if it asked for none. */
export function retryAfterOf(outcome: Outcome): number {
  return (outcome.kind === "retryable" && outcome.retryAfterMs) || 0;
}
