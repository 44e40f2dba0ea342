import type { SessionRule } from "../insight.ts";

/** From so long on in one session, and so long each, on the average. */
const MIN_MS = 10_000;
const MIN_MEAN_MS = 1_000;

/** Hooks that cost seconds, by the event that they run for: every call or turn waits for them. */
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
