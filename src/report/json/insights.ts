import type { Insight } from "../../insights/insight.ts";
import { iso, microUsd } from "./values.ts";

/** Version of the JSON of `ccotel insights --json`. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** An insight as JSON value: costs in whole micro-dollars, times as ISO text, durations in milliseconds. */
export function insightJson({ usd, sessions, ...insight }: Insight) {
  return {
    schema: SCHEMA,
    ...insight,
    microUsd: usd === undefined ? undefined : microUsd(usd),
    sessions: sessions.map(({ sessionId, startMs, times, usd: own }) => ({
      sessionId,
      start: iso(startMs),
      times,
      microUsd: own === undefined ? undefined : microUsd(own),
    })),
  };
}
