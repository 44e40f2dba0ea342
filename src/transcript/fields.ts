/** Small guards over parsed JSON: the value when it has the type and can be what it is said to be, else undefined. */

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

/** A word that the client chose from a list of its own; nothing that somebody wrote looks like one for long. */
export function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w:.-]{1,40}$/.test(value) ? value : undefined;
}

/** More tokens than any request, session or sum of a client has: a thousand times the largest context window. */
const MAX_TOKENS = 1e9;

/** No request, compaction or wait takes longer than a day. */
const MAX_DURATION_MS = 24 * 3_600_000;

/** No process of the client has a larger bill. */
const MAX_USD = 1e6;

/** A number of tokens or of things; undefined for what nobody can have counted. */
export function maybeCount(value: unknown): number | undefined {
  return whole(value, 0, MAX_TOKENS);
}

/** A count that is zero when it is absent, or cannot be one. */
export function count(value: unknown): number {
  return maybeCount(value) ?? 0;
}

/** A duration in milliseconds. */
export function duration(value: unknown, maxMs = MAX_DURATION_MS): number | undefined {
  return within(value, 0, maxMs);
}

/** A sum of money in USD. */
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

/** ISO time → milliseconds since the epoch; undefined for what no client's clock has said. */
export function time(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  return epoch(Date.parse(value));
}

/** Milliseconds since the epoch, within the same bounds. */
export function epoch(value: unknown): number | undefined {
  return within(value, YEAR_2000_MS, YEAR_2200_MS);
}
