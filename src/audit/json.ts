/** Guards over parsed JSON. They are the audit's own, so that it shares no reading with what it checks. */
export type AnyObject = Record<string, unknown>;

export function object(value: unknown): AnyObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as AnyObject)
    : undefined;
}

/** A text that is not empty. */
export function maybeText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Tokens, or a number of things: whole, up to a billion; zero for anything else. */
export function count(value: unknown): number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 1e9 ? (value as number) : 0;
}

/** USD up to a million; undefined for anything else. */
export function maybeUsd(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= 1e6 ? value : undefined;
}

/** Milliseconds since the epoch from a time or a number of this and the next century. */
export function milliseconds(value: unknown): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : value;
  return typeof ms === "number" && ms >= Date.UTC(2000, 0) && ms <= Date.UTC(2200, 0) ? ms : undefined;
}
