import { cut } from "../attributes.ts";
import type { InstrumentName } from "./instruments.ts";

export type MetricAttributes = Record<string, string>;

/** One measured value. Counters: how many more; histograms: the value; gauges: what it is now. */
export interface Observation {
  instrument: InstrumentName;
  value: number;
  attributes: MetricAttributes;
}

/** Values of attributes are names of models, tools and kinds of things; a longer one is none of these. */
const MAX_VALUE_BYTES = 128;

/** An observation without the attributes that are not known. */
export function observation(
  instrument: InstrumentName,
  value: number,
  attributes: Record<string, string | undefined>,
): Observation {
  const known: MetricAttributes = {};
  for (const [key, text] of Object.entries(attributes)) {
    if (text !== undefined && text !== "") known[key] = cut(text, MAX_VALUE_BYTES);
  }
  return { instrument, value, attributes: known };
}
