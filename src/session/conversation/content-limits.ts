/** How much of one value is kept at content level `full`. Single strings have been cut by the reader already. */
const MAX_KEPT = 16_384;

/** Nothing is nested deeper than this in what tools are called with. */
const MAX_DEPTH = 12;

/** A text with its end cut off, where it has been joined from many. */
export function keptText(text: string): string {
  return text.length <= MAX_KEPT ? text : text.slice(0, MAX_KEPT);
}

/** A tool's input as far as it is kept: strings stay whole or go, since half a secret is not recognised as one. */
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

/** The items that there is room for. */
function take<T, U>(items: readonly T[], left: { room: number }, map: (item: T) => U): U[] {
  const out: U[] = [];
  for (const item of items) {
    if (left.room <= 0) break;
    out.push(map(item));
  }
  return out;
}
