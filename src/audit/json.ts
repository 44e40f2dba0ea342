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

/** A number from 0 on; zero for anything else. */
export function count(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

export function milliseconds(value: unknown): number | undefined {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
