/**
 * How much of one value is kept at content level `full`, in characters. The line reader has already cut single strings.
 */
const MAX_KEPT = 16_384;

/** Inputs of tools are not nested deeper than this. */
const MAX_DEPTH = 12;

/** Cuts the end of a text that was joined from many. */
export function keptText(text: string): string {
  return text.length <= MAX_KEPT ? text : text.slice(0, MAX_KEPT);
}

/**
 * The part of a tool's input that is kept. Strings are kept whole or dropped, since half a secret is not recognized as
 * a secret.
 */
export function keptInput(input: unknown): unknown {
  return keep(input, { room: MAX_KEPT }, 0);
}

function keep(value: unknown, left: { room: number }, depth: number): unknown {
  left.room -= typeof value === "string" ? value.length : 8;
  if (left.room < 0 || depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return take(value, left, (item) => keep(item, left, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    take(Object.entries(value), left, ([key, item]) => {
      left.room -= key.length;
      return [key, keep(item, left, depth + 1)] as const;
    }),
  );
}

/** The items that fit. */
function take<T, U>(items: readonly T[], left: { room: number }, map: (item: T) => U): U[] {
  const out: U[] = [];
  for (const item of items) {
    if (left.room <= 0) break;
    out.push(map(item));
  }
  return out;
}
