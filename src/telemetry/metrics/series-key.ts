import { dict } from "../../dict.ts";
import type { MetricAttributes } from "./observation.ts";

/**
 * Attribute of the series for what exceeds an instrument's limit of series (OpenTelemetry's metrics SDK specification).
 */
const OVERFLOW = "otel.metric.overflow";

/** The key of a series: a JSON list of the instrument, then the attributes' names and values, sorted by name. */
export function seriesKey(instrument: string, attributes: MetricAttributes): string {
  const parts = [instrument];
  for (const name of Object.keys(attributes).sort()) parts.push(name, attributes[name] as string);
  return JSON.stringify(parts);
}

/** The key of an instrument's overflow series. */
export function overflowKey(instrument: string): string {
  return seriesKey(instrument, { [OVERFLOW]: "true" });
}

/** Whether the key is that of an overflow series. */
export function isOverflow(key: string): boolean {
  return key.endsWith(`,"${OVERFLOW}","true"]`);
}

/** The instrument of a series key. Cheaper than parsing it: names of instruments need no escapes. */
export function instrumentOfKey(key: string): string {
  return key.slice(2, key.indexOf('"', 2));
}

/** Parses a series key. The attributes have the form in which they are sent. */
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
