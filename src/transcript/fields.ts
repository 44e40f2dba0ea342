/** Small guards over parsed JSON. Each returns the value when its type and its range are plausible, else undefined. */

import { isRecord } from "../objects.ts";

export function object(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A text with at least one character. */
export function nonEmptyText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * A word from a list in the client: at most 40 letters, digits, `_`, `:`, `.` and `-`. Free text of a user rarely
 * matches.
 */
export function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w:.-]{1,40}$/.test(value) ? value : undefined;
}

/** An upper bound for tokens of a request, a session or a sum: a thousand times the largest context window. */
const MAX_TOKENS = 1e9;

/** An upper bound for a request, a compaction or a wait: one day. */
const MAX_DURATION_MS = 24 * 3_600_000;

/** An upper bound for the bill of one client process. */
const MAX_USD = 1e6;

/**
 * A number of tokens or of other things, also when a gateway wrote it as a string. Undefined for a negative, fractional
 * or implausibly large value.
 */
export function maybeCount(value: unknown): number | undefined {
  return whole(typeof value === "string" && DIGITS.test(value) ? Number(value) : value, 0, MAX_TOKENS);
}

const DIGITS = /^\d{1,10}$/;

/** A count. Zero when the value is missing or is not a plausible count. */
export function count(value: unknown): number {
  return maybeCount(value) ?? 0;
}

/** A duration in milliseconds, from 0 to `maxMs`. */
export function duration(value: unknown, maxMs = MAX_DURATION_MS): number | undefined {
  return within(value, 0, maxMs);
}

/** An amount in USD. */
export function usd(value: unknown): number | undefined {
  return within(value, 0, MAX_USD);
}

export function httpStatus(value: unknown): number | undefined {
  return whole(value, 100, 599);
}

export function processId(value: unknown): number | undefined {
  return whole(value, 1, 2 ** 31 - 1);
}

function whole(value: unknown, min: number, max: number): number | undefined {
  return Number.isInteger(value) ? within(value, min, max) : undefined;
}

function within(value: unknown, min: number, max: number): number | undefined {
  return typeof value === "number" && value >= min && value <= max ? value : undefined;
}

export function flag(value: unknown): boolean {
  return value === true;
}

const YEAR_2000_MS = Date.UTC(2000, 0);
const YEAR_2200_MS = Date.UTC(2200, 0);

/**
 * Milliseconds since the epoch of a date string; NaN for other texts. A time without a zone is one of UTC, as the client
 * writes all times. The zone of this machine must not decide.
 */
export function parseDate(text: string): number {
  return Date.parse(!text.endsWith("Z") && NO_ZONE.test(text) ? `${text}Z` : text);
}

const NO_ZONE = /[T\s]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?$/;

/**
 * ISO time, or a number of seconds or milliseconds as other programs write it → milliseconds since the epoch. Undefined
 * outside the years 2000 to 2200.
 */
export function time(value: unknown): number | undefined {
  if (typeof value === "number") return epoch(value) ?? epoch(value * 1000);
  return typeof value === "string" ? epoch(parseDate(value)) : undefined;
}

/** Milliseconds since the epoch, within the same bounds as `time`. */
export function epoch(value: unknown): number | undefined {
  return within(value, YEAR_2000_MS, YEAR_2200_MS);
}
