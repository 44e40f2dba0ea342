import type { SessionRule } from "../insight.ts";

/** Minimum total time of an event's hooks in one session, and minimum mean time of a hook. */
const MIN_MS = 10_000;
const MIN_MEAN_MS = 1_000;

/** Slow hooks, by hook event. Every call or turn waits for its hooks. */
export const slowHook: SessionRule = ({ hooks }) => {
  return [...byEvent(hooks)].flatMap(([event, { times, ms, failed }]) =>
    ms < MIN_MS || ms / times < MIN_MEAN_MS
      ? []
      : [
          {
            rule: "slow-hook" as const,
            subject: event,
            times,
            ms,
            details: failed === 0 ? [] : [`${failed} of ${times} failed, blocked or were cancelled`],
          },
        ],
  );
};

function byEvent(hooks: Parameters<SessionRule>[0]["hooks"]) {
  const events = new Map<string, { times: number; ms: number; failed: number }>();
  for (const { event, outcome, durationMs = 0 } of hooks) {
    const sum = events.get(event) ?? { times: 0, ms: 0, failed: 0 };
    sum.times++;
    sum.ms += durationMs;
    if (outcome !== "ok") sum.failed++;
    events.set(event, sum);
  }
  return events;
}
