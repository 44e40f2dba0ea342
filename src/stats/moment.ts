import { TZDate } from "@date-fns/tz";
import type { Calendar } from "./periods.ts";

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/**
 * Parses a moment and returns epoch ms: `2026-11-01`, `2026-11`, `2026`, `2026-11-01T10:00`, a time with its offset as
 * the JSON output has it (`2026-11-01T10:00:00.000Z`), `today`, `yesterday`, or how long ago (`7d`, `12h`, `2w`).
 * `edge`: whether a day, month or year means its beginning or its end. Undefined for any other text.
 */
export function momentOf(
  text: string,
  edge: "start" | "end",
  { calendar, nowMs }: { calendar: Calendar; nowMs: number },
): number | undefined {
  const word = text.trim().toLowerCase();
  const [, amount, unit] = /^(\d{1,5})([smhdw])$/.exec(word) ?? [];
  if (unit !== undefined) return nowMs - Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const local = localTime(calendar);
  const next = edge === "end" ? 1 : 0;
  const days = word === "today" ? next : word === "yesterday" ? next - 1 : undefined;
  if (days !== undefined) {
    const { timeZone } = calendar;
    const today = timeZone === undefined ? new Date(nowMs) : new TZDate(nowMs, timeZone);
    return local(today.getFullYear(), today.getMonth(), today.getDate() + days);
  }
  const [, date, time, offset] = TIME.exec(word) ?? [];
  if (date === undefined) return undefined;
  const parts = partsOf(date);
  if (!isValid(parts)) return undefined;
  const [year = 0, month = 1, ofMonth] = parts;
  if (time === undefined) {
    if (parts.length === 1) return local(year + next, 0, 1);
    return ofMonth === undefined ? local(year, month - 1 + next, 1) : local(year, month - 1, ofMonth + next);
  }
  if (ofMonth === undefined) return undefined;
  if (offset !== undefined) {
    const ms = Date.parse(word.toUpperCase().replace(" ", "T"));
    return Number.isNaN(ms) ? undefined : ms;
  }
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return local(year, month - 1, ofMonth, hour, minute, second);
}

/**
 * Returns a function that converts a local time to epoch ms. `month` is 0 for January, and `date` may exceed the days of
 * the month.
 */
function localTime({ timeZone }: Calendar) {
  return (year: number, month: number, date: number, hour = 0, minute = 0, second = 0): number =>
    timeZone === undefined
      ? new Date(year, month, date, hour, minute, second).getTime()
      : new TZDate(year, month, date, hour, minute, second, timeZone).getTime();
}

/** A date, or a part of one; a time of the day; its offset from UTC. */
const TIME = /^(\d{4}(?:-?\d\d(?:-?\d\d)?)?)(?:[t ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(z|[+-]\d\d:\d\d)?)?$/;

/** Year, month and day of `2026-11-01` and `20261101`, or the first of them. */
function partsOf(date: string): number[] {
  const digits = date.replaceAll("-", "");
  return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].filter((part) => part !== "").map(Number);
}

/** Whether there are this month and this day in the year. */
function isValid([year = 0, month = 1, ofMonth = 1]: readonly number[]): boolean {
  return month >= 1 && month <= 12 && ofMonth >= 1 && ofMonth <= daysIn(year, month);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
