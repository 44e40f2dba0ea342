import { dict } from "../../dict.ts";
import type { MetricAttributes } from "./observation.ts";

/** What the specification calls the series of an instrument that takes what is beyond its limit. */
const OVERFLOW = "otel.metric.overflow";

/** Names a series: a JSON list of the instrument, then names and values of its attributes in the order of their names. */
export function seriesKey(instrument: string, attributes: MetricAttributes): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([instrument, ...sorted.flat()]);
}

export function overflowKey(instrument: string): string {
  return seriesKey(instrument, { [OVERFLOW]: "true" });
}

export function isOverflow(key: string): boolean {
  return key.endsWith(`,"${OVERFLOW}","true"]`);
}

/** The series that a key names, with its attributes as they travel. */
export function readSeriesKey(key: string): {
  instrument: string;
  attributes: Record<string, string | boolean>;
} {
  const [instrument = "", ...pairs] = JSON.parse(key) as string[];
  if (isOverflow(key)) return { instrument, attributes: { [OVERFLOW]: true } };
  const attributes: MetricAttributes = dict();
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    attributes[pairs[index] as string] = pairs[index + 1] as string;
  }
  return { instrument, attributes };
}
