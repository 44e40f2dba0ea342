import { tzOffset } from "@date-fns/tz";
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
