/** Type guards for parsed JSON. The audit has its own, so that it shares no code with the reader that it checks. */
export type AnyObject = Record<string, unknown>;

export function object(value: unknown): AnyObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as AnyObject)
    : undefined;
}

/** The value if it is a string that is not empty, otherwise undefined. */
export function maybeText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number of tokens or other things: an integer up to a billion, or one as a string. Zero for anything else. */
export function count(value: unknown): number {
  const number = typeof value === "string" && /^[0-9]{1,10}$/.test(value) ? Number(value) : value;
  return Number.isInteger(number) && (number as number) > 0 && (number as number) <= 1e9
    ? (number as number)
    : 0;
}

/** An amount from 0 to a million USD; undefined for anything else. */
export function maybeUsd(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= 1e6 ? value : undefined;
}

/** Matches a time without its zone, which is one of UTC. */
const NO_ZONE = /[T ]\d\d?(?::\d\d)+(?:\.\d+)?$/;

/**
 * Epoch milliseconds of a date string, or of seconds or milliseconds, from 2000 to 2200; undefined for anything else.
 */
export function milliseconds(value: unknown): number | undefined {
  const ms =
    typeof value === "string" ? Date.parse(NO_ZONE.test(value) ? `${value}Z` : value) : Number(value);
  return [ms, ms * 1000].find((time) => time >= Date.UTC(2000, 0) && time <= Date.UTC(2200, 0));
}
