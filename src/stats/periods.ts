import { TZDate, tzOffset } from "@date-fns/tz";
import { startOfDay } from "date-fns";
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
  const offsetAt = createOffsets(calendar.timeZone);
  return (ms) => {
    const before = known.get(ms);
    if (before !== undefined) return before;
    const name = nameOf(period, ms + offsetAt(ms), calendar);
    known.set(ms, name);
    return name;
  };
}

const DAY_MS = 24 * 3_600_000;

/**
 * How far a zone's clocks are before UTC at a moment, in milliseconds. Asked of the system once a day: it is the same all
 * day long where it is the same at both ends, since no zone changes it twice within a day.
 */
function createOffsets(timeZone: string): (ms: number) => number {
  const ofDays = new Map<number, number>();
  const ask = (ms: number) => tzOffset(timeZone, new Date(ms)) * 60_000;
  const atStartOf = (day: number): number => {
    const offset = ofDays.get(day) ?? ask(day * DAY_MS);
    ofDays.set(day, offset);
    return offset;
  };
  return (ms) => {
    const day = Math.floor(ms / DAY_MS);
    const offset = atStartOf(day);
    return offset === atStartOf(day + 1) ? offset : ask(ms);
  };
}

/** `localMs`: what the clocks there show, as if it were UTC. */
function nameOf(period: Period | "minute" | "second", localMs: number, { weekStartsOn }: Calendar): string {
  const shown = new Date(localMs).toISOString().replace("T", " ");
  switch (period) {
    case "minute":
      return shown.slice(0, "2026-11-29 14:07".length);
    case "second":
      return shown.slice("2026-11-29 ".length, "2026-11-29 14:07:12".length);
    case "hour":
      return `${shown.slice(0, "2026-11-29 14".length)}:00`;
    case "day":
      return shown.slice(0, "2026-11-29".length);
    case "week": {
      const days = (new Date(localMs).getUTCDay() - weekStartsOn + 7) % 7;
      return new Date(localMs - days * DAY_MS).toISOString().slice(0, "2026-11-29".length);
    }
    case "month":
      return shown.slice(0, "2026-11".length);
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
