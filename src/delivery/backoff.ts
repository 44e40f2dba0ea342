import type { Outcome } from "../otlp/outcome.ts";

/** When the next attempt may be made after failures, and when to give up. Times are ticks in milliseconds. */
export interface Backoff {
  /** How long to wait before the next attempt: 0, now; undefined, this process has given up. */
  waitMs(nowMs: number): number | undefined;
  failed(outcome: Outcome, nowMs: number): void;
  /** Items of one session were refused, and it is not known whose fault that is: the others may still be tried. */
  doubted(): void;
  succeeded(): void;
  /** No attempt before then, whoever asked for it. */
  holdUntil(untilMs: number, nowMs: number): void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** A worker that has met nothing but failures for so long leaves the rest to the next event. */
const GIVE_UP_MS = 120_000;

/** So many sessions refused one after the other: the others would be, too. */
const MAX_DOUBTS = 3;

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

/** What the backend asked for; 0 when it asked for nothing. */
export function retryAfterOf(outcome: Outcome): number {
  return (outcome.kind === "retryable" && outcome.retryAfterMs) || 0;
}
