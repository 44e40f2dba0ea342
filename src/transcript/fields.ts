/** Small guards over parsed JSON: the value when it has the type, else undefined. */

export function object(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A count: never negative, zero when absent. */
export function count(value: unknown): number {
  return Math.max(0, number(value) ?? 0);
}

export function flag(value: unknown): boolean {
  return value === true;
}

const YEAR_2000_MS = Date.UTC(2000, 0);
const YEAR_2200_MS = Date.UTC(2200, 0);

/** ISO time → milliseconds since the epoch; undefined for what no client's clock has said. */
export function time(value: unknown): number | undefined {
  if (typeof value !== "string") return undefined;
  const ms = Date.parse(value);
  return ms >= YEAR_2000_MS && ms < YEAR_2200_MS ? ms : undefined;
}
