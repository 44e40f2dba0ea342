import type { Insight } from "../../insights/insight.ts";

/** Version of the JSON of `ccotel insights --json`. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** An insight as JSON value: costs in whole micro-dollars, times as ISO text, durations in milliseconds. */
export function insightJson({ usd, sessions, ...insight }: Insight) {
  return {
    schema: SCHEMA,
    ...insight,
    microUsd: micro(usd),
    sessions: sessions.map(({ sessionId, startMs, times, usd: own }) => ({
      sessionId,
      start: new Date(startMs).toISOString(),
      times,
      microUsd: micro(own),
    })),
  };
}

function micro(usd: number | undefined): number | undefined {
  return usd === undefined ? undefined : Math.round(usd * 1e6);
}
