import type { Insight } from "../../insights/insight.ts";
import { iso, maybeMicroUsd } from "./values.ts";

/** Version of the JSON of `ccotel insights --json`. It increases when a field changes its meaning or is removed. */
const SCHEMA = 1;

/** An insight as JSON value: costs in whole micro-dollars, times as ISO text, durations in milliseconds. */
export function insightJson({ usd, sessions, ...insight }: Insight) {
  return {
    schema: SCHEMA,
    ...insight,
    microUsd: maybeMicroUsd(usd),
    sessions: sessions.map(({ sessionId, startMs, times, usd: own }) => ({
      sessionId,
      start: iso(startMs),
      times,
      microUsd: maybeMicroUsd(own),
    })),
  };
}
