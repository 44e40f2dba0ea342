import type { Attributes } from "./spans/span.ts";

/** Attribute values are cut here: Tempo and Dash0 cut at 2,048, which would break JSON (backends reference). */
export const MAX_VALUE_BYTES = 2000;

/** Drops what is undefined and cuts long strings. */
export function attributes(
  values: Record<string, string | number | boolean | string[] | undefined>,
): Attributes {
  const out: Attributes = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) continue;
    out[key] =
      typeof value === "string" ? cut(value) : Array.isArray(value) ? value.map((item) => cut(item)) : value;
  }
  return out;
}

/** The value itself, or its longest prefix of whole characters within the limit. */
export function cut(value: string, maxBytes = MAX_VALUE_BYTES): string {
  if (value.length * 3 <= maxBytes || Buffer.byteLength(value) <= maxBytes) return value;
  const bytes = Buffer.from(value);
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/**
 * A number that is a double on the wire. The encoder writes whole numbers as integers, and stores that are strict about
 * types then see two kinds of one attribute; so a whole one becomes the next double. Zero, which has no such
 * neighbour worth sending, is left out.
 */
export function double(value: number | undefined): number | undefined {
  if (value === undefined || value === 0 || !Number.isInteger(value)) return value === 0 ? undefined : value;
  return value * (1 + Number.EPSILON);
}

/** Milliseconds → seconds, as a double on the wire. */
export function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : double(ms / 1000);
}
