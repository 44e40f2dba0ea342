import { cut } from "../attributes.ts";
import type { InstrumentName } from "./instruments.ts";

export type MetricAttributes = Record<string, string>;

/** One measurement. `value`: the increase of a counter, a value of a histogram, or the current value of a gauge. */
export interface Observation {
  instrument: InstrumentName;
  value: number;
  attributes: MetricAttributes;
}

/** Attribute values are names of models, tools and kinds, which are shorter than this. */
const MAX_VALUE_BYTES = 128;

/** An observation without undefined or empty attributes, and with long values cut. */
export function observation(
  instrument: InstrumentName,
  value: number,
  attributes: Record<string, string | undefined>,
): Observation {
  const known: MetricAttributes = {};
  for (const key in attributes) {
    const text = attributes[key];
    if (text !== undefined && text !== "") known[key] = cut(text, MAX_VALUE_BYTES);
  }
  return { instrument, value, attributes: known };
}
