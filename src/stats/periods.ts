import { TZDate, tzOffset } from "@date-fns/tz";
import type { Period } from "./dimensions.ts";

/** When days and weeks begin for a user. */
export interface Calendar {
  /**
   * A name of the IANA database: `Europe/Berlin`. Without it, the time zone of this system, for which `Date` needs no
   * `Intl`: loading that costs a command half as much as the start of Node.
   */
  timeZone?: string;
  /** 0 is Sunday. */
  weekStartsOn: 0 | 1 | 2 | 3 | 4 | 5 | 6;
}

/** The name of a calendar's time zone. */
export function zoneOf({ timeZone }: Calendar): string {
  return timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * The changes of a calendar's clocks between two moments, as a text: each moment of a change with the offset from UTC
 * that begins there. Calendars with the same text name all these moments alike.
 */
export function offsetsBetween(fromMs: number, untilMs: number, { timeZone }: Calendar): string {
  if (timeZone !== undefined) return timeZone;
  const offsetAt = (ms: number) => new Date(ms).getTimezoneOffset();
  const said: (string | number)[] = [offsetAt(fromMs)];
  for (let ms = fromMs; ms < untilMs; ms += WEEK_MS) {
    let [before, after] = [ms, Math.min(ms + WEEK_MS, untilMs)];
    const [old, now] = [offsetAt(before), offsetAt(after)];
    if (old === now) continue;
    while (after - before > 60_000) {
      const middle = before + Math.max(1, Math.floor((after - before) / 120_000)) * 60_000;
      if (offsetAt(middle) === old) before = middle;
      else after = middle;
    }
    said.push(`${after}:${now}`);
  }
  return said.join(" ");
}

/** No zone changes its clocks twice within this time. */
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Returns a function that names the period of a moment (epoch ms): `2026-11-29 14:00`, `2026-11-29`, `2026-11-23` (the
 * first day of the week), `2026-11`. Names sort by time. The function caches names, because many rows have the same
 * slot.
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
 * Returns a function that gives a zone's offset from UTC at a moment, in milliseconds. The offset is looked up once for
 * each day boundary. If both ends of a day have the same offset, the whole day has it, since no zone changes it twice
 * within a day.
 */
function createOffsets(timeZone: string | undefined): (ms: number) => number {
  const ofDays = new Map<number, number>();
  const ask = (ms: number) => {
    const at = new Date(ms);
    return (timeZone === undefined ? -at.getTimezoneOffset() : tzOffset(timeZone, at)) * 60_000;
  };
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

/** `localMs`: local time as if it were UTC. */
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
  const { timeZone } = calendar;
  /** Epoch ms of a local time. `date` may exceed the days of the month. */
  const local = (year: number, month: number, date: number, ...time: number[]): number => {
    const [hour = 0, minute = 0, second = 0] = time;
    return timeZone === undefined
      ? new Date(year, month, date, hour, minute, second).getTime()
      : new TZDate(year, month, date, hour, minute, second, timeZone).getTime();
  };
  const next = edge === "end" ? 1 : 0;
  const today = timeZone === undefined ? new Date(nowMs) : new TZDate(nowMs, timeZone);
  const day = (offset: number) =>
    local(today.getFullYear(), today.getMonth(), today.getDate() + offset + next);
  if (word === "today") return day(0);
  if (word === "yesterday") return day(-1);
  const [, date, time, offset] = TIME.exec(word) ?? [];
  if (date === undefined) return undefined;
  const [year = 0, month, ofMonth] = partsOf(date);
  if (month === undefined) return time === undefined ? local(year + next, 0, 1) : undefined;
  if (month < 1 || month > 12) return undefined;
  if (ofMonth === undefined) return time === undefined ? local(year, month - 1 + next, 1) : undefined;
  if (ofMonth < 1 || ofMonth > daysIn(year, month)) return undefined;
  if (time === undefined) return local(year, month - 1, ofMonth + next);
  if (offset !== undefined) {
    const ms = Date.parse(word.toUpperCase().replace(" ", "T"));
    return Number.isNaN(ms) ? undefined : ms;
  }
  const [hour = 0, minute = 0, second = 0] = time.split(":").map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return local(year, month - 1, ofMonth, hour, minute, second);
}

/** A date, or a part of one; a time of the day; its offset from UTC. */
const TIME = /^(\d{4}(?:-?\d\d(?:-?\d\d)?)?)(?:[t ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(z|[+-]\d\d:\d\d)?)?$/;

/** Year, month and day of `2026-11-01` and `20261101`, or the first of them. */
function partsOf(date: string): number[] {
  const digits = date.replaceAll("-", "");
  return [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].filter((part) => part !== "").map(Number);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
