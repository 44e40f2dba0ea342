import { cutText } from "./text.ts";

/** Limits of a value: bytes of each string, and items of each list or object. */
export interface Limits {
  stringBytes: number;
  items: number;
}

/** Strings are not cut shorter than this, because they would say too little. Items are removed instead. */
const SHORTEST_STRING = 24;

/**
 * The result of `render` as JSON of at most `maxBytes` bytes. First the strings are shortened, then the lists. The
 * result is valid JSON, which it would not be if its text were cut.
 */
export function fitJson(render: (limits: Limits) => unknown, maxBytes: number): string {
  const whole = json(render, { stringBytes: maxBytes, items: Number.POSITIVE_INFINITY });
  if (bytesOf(whole) <= maxBytes) return whole;
  for (let items = 64; items >= 1; items >>= 1) {
    const fitted = fitStrings(render, items, maxBytes);
    if (fitted !== undefined) return fitted;
  }
  const bare = json(render, { stringBytes: SHORTEST_STRING, items: 0 });
  return bytesOf(bare) <= maxBytes ? bare : "null";
}

/** The JSON with the longest strings that fit; undefined if even the shortest ones do not. */
function fitStrings(
  render: (limits: Limits) => unknown,
  items: number,
  maxBytes: number,
): string | undefined {
  let best: string | undefined;
  let low = SHORTEST_STRING;
  let high = maxBytes;
  while (low <= high) {
    const stringBytes = (low + high) >> 1;
    const text = json(render, { stringBytes, items });
    if (bytesOf(text) <= maxBytes) {
      best = text;
      low = stringBytes + 1;
    } else {
      high = stringBytes - 1;
    }
  }
  return best;
}

/** A JSON value cut to the limits. A note says how many items are missing; `…` ends a string that was cut. */
export function shrink(value: unknown, limits: Limits): unknown {
  if (typeof value === "string") return cutText(value, limits.stringBytes);
  if (Array.isArray(value)) {
    const kept = value.slice(0, limits.items).map((item) => shrink(item, limits));
    return kept.length === value.length ? kept : [...kept, `… ${value.length - kept.length} more`];
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const kept = entries
    .slice(0, limits.items)
    .map(([key, item]) => [cutText(key, limits.stringBytes), shrink(item, limits)] as const);
  const rest = entries.length - kept.length;
  return Object.fromEntries(rest === 0 ? kept : [...kept, ["…", `${rest} more`]]);
}

function json(render: (limits: Limits) => unknown, limits: Limits): string {
  return JSON.stringify(render(limits)) ?? "null";
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
