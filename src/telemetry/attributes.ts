import { roomy } from "../objects.ts";
import type { Attributes } from "./spans/span.ts";

/** Maximum length of an attribute value. Tempo and Dash0 cut values at 2,048 bytes, which would break JSON. */
export const MAX_VALUE_BYTES = 2000;

/** An attribute's name and value. Undefined: the attribute is left out. */
export type Attribute = readonly [name: string, value: string | number | boolean | string[] | undefined];

/**
 * Attributes as one object, in this order, without undefined and non-finite values, and with long strings cut to
 * `MAX_VALUE_BYTES`. A list of pairs costs a third of an object literal with as many computed names.
 */
export function attributes(list: readonly Attribute[]): Attributes {
  const out = roomy<Attributes>();
  for (const [name, value] of list) {
    if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) continue;
    out[name] =
      typeof value === "string" ? cut(value) : Array.isArray(value) ? value.map((item) => cut(item)) : value;
  }
  return out;
}

/** The value, or its longest prefix of whole characters with at most `maxBytes` bytes of UTF-8. */
export function cut(value: string, maxBytes = MAX_VALUE_BYTES): string {
  if (value.length * 3 <= maxBytes || Buffer.byteLength(value) <= maxBytes) return value;
  const bytes = Buffer.from(value);
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/**
 * A number that is sent as a double. The encoder writes whole numbers as integers, and backends with strict types then
 * see two types of one attribute. So a whole number becomes the next larger double. Zero becomes undefined, because its
 * next double is not worth sending.
 */
export function double(value: number | undefined): number | undefined {
  if (value === undefined || value === 0 || !Number.isInteger(value)) return value === 0 ? undefined : value;
  return value * (1 + Number.EPSILON);
}

/** Milliseconds → seconds, sent as a double. */
export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : double(ms / 1000);
}
