import { TZDate } from "@date-fns/tz";
import { format, startOfDay, startOfHour, startOfMonth, startOfWeek } from "date-fns";
import type { Period } from "./dimensions.ts";

/** Calendars of a place: how its days and weeks begin. */
export interface Calendar {
  /** A name of the IANA database: `Europe/Berlin`. */
  timeZone: string;
  /** 0 is Sunday. */
  weekStartsOn: 0 | 1 | 2 | 3 | 4 | 5 | 6;
}

/**
 * Names the period that a moment is in: `2026-11-29 14:00`, `2026-11-29`, `2026-11-23` (the week's first day), `2026-11`.
 * Names sort as the periods follow each other. The function remembers what it was asked: rows repeat their slots.
 */
export function periodNamer(
  period: Period | "minute" | "second",
  calendar: Calendar,
): (ms: number) => string {
  const known = new Map<number, string>();
  return (ms) => {
    const before = known.get(ms);
    if (before !== undefined) return before;
    const name = nameOf(period, new TZDate(ms, calendar.timeZone), calendar);
    known.set(ms, name);
    return name;
  };
}

function nameOf(period: Period | "minute" | "second", date: TZDate, { weekStartsOn }: Calendar): string {
  switch (period) {
    case "minute":
      return format(date, "yyyy-MM-dd HH:mm");
    case "second":
      return format(date, "HH:mm:ss");
    case "hour":
      return format(startOfHour(date), "yyyy-MM-dd HH:mm");
    case "day":
      return format(startOfDay(date), "yyyy-MM-dd");
    case "week":
      return format(startOfWeek(date, { weekStartsOn }), "yyyy-MM-dd");
    case "month":
      return format(startOfMonth(date), "yyyy-MM");
  }
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/**
 * A moment as people write it: `2026-11-01`, `2026-11`, `2026-11-01T10:00`, `today`, `yesterday`, or how long ago (`7d`,
 * `12h`, `2w`). `edge`: whether the beginning or the end of a day or month is meant. Undefined: it is none of these.
 */
export function momentOf(
  text: string,
  edge: "start" | "end",
  { calendar, nowMs }: { calendar: Calendar; nowMs: number },
): number | undefined {
  const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (unit !== undefined) return nowMs - Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const today = startOfDay(new TZDate(nowMs, calendar.timeZone));
  const day = (offset: number) => edgeOf(today.getFullYear(), today.getMonth(), today.getDate() + offset);
  const edgeOf = (year: number, month: number, date: number) =>
    new TZDate(year, month, edge === "end" ? date + 1 : date, calendar.timeZone).getTime();
  if (text === "today") return day(0);
  if (text === "yesterday") return day(-1);
  const [, year, month, date, hour, minute] =
    /^(\d{4})-?(\d\d)(?:-?(\d\d)(?:[T ](\d\d):(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined || month === undefined) return undefined;
  const [y, m] = [Number(year), Number(month) - 1];
  if (m < 0 || m > 11) return undefined;
  if (date === undefined) {
    return new TZDate(y, edge === "end" ? m + 1 : m, 1, calendar.timeZone).getTime();
  }
  if (Number(date) < 1 || Number(date) > 31) return undefined;
  if (hour === undefined) return edgeOf(y, m, Number(date));
  return new TZDate(y, m, Number(date), Number(hour), Number(minute), 0, calendar.timeZone).getTime();
}
