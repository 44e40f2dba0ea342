/** Formats numbers and times for the page. Amounts look as they do in the terminal. */

import type { PageRequest } from "../src/page/model.ts";
import { count as short, dollars as usd } from "../src/units.ts";

export { dollarColumn, duration, grouped as count, percent, plural } from "../src/units.ts";
export { short, usd };

/** Formats the cost of requests. A dash if none of them has a known price: that they cost nothing would be wrong. */
export function paid(costUsd: number, unpriced: number, format = usd): string {
  return costUsd === 0 && unpriced > 0 ? "–" : format(costUsd);
}

/** Formats the marks of an axis in USD. All have as many decimals as the distance between them needs. */
export function usdMarks(marks: readonly number[]): string[] {
  const needed = decimalsOf(marks);
  const digits = needed === 1 ? 2 : needed;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return marks.map((mark) => (mark === 0 ? "$0" : `$${mark.toLocaleString("en-US", options)}`));
}

/** Formats the marks of an axis of ratios as percent. All have as many decimals as they need. */
export function percentMarks(marks: readonly number[]): string[] {
  const percents = marks.map((mark) => mark * 100);
  const digits = decimalsOf(percents);
  return percents.map((mark) => (mark === 0 ? "0%" : `${mark.toFixed(digits)}%`));
}

/** Returns how many decimals the distance between marks has, at most 6. */
function decimalsOf([first = 0, second = 1]: readonly number[]): number {
  const step = Math.abs(second - first);
  for (let digits = 0; digits < 6; digits++)
    if (Math.abs(step - Number(step.toFixed(digits))) < step * 1e-6) return digits;
  return 6;
}

/** Formats the output tokens of a request. ≥ marks a count that is too low. */
export function outputOf({ tokens, isProvisional }: PageRequest): string {
  return `${isProvisional ? "≥ " : ""}${short(tokens.output)}`;
}

export function dateTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "short",
    hourCycle: "h23",
  });
}

export function day(ms: number): string {
  return new Date(ms).toLocaleDateString(undefined, { dateStyle: "medium" });
}

export function shortDay(ms: number): string {
  return new Date(ms).toLocaleDateString(undefined, { month: "short", day: "numeric" });
}

/** Formats day and time for a column. Includes the year only if it is not the current one. */
export function moment(ms: number): string {
  const at = new Date(ms);
  const year = at.getFullYear() === new Date().getFullYear() ? {} : ({ year: "numeric" } as const);
  return `${at.toLocaleDateString(undefined, { month: "short", day: "numeric", ...year })}, ${at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, {
  ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  hourCycle: "h23",
});

/** The time of day with seconds. `toLocaleTimeString` makes a format for each call, and a time line needs many. */
export function time(ms: number): string {
  return CLOCK.format(ms);
}

/** Returns a formatter for the times of a session. It includes the day if the session spans several days. */
export function clockOf(startMs: number, endMs: number): (ms: number) => string {
  const dayAt = (ms: number) => new Date(ms).toDateString();
  if (dayAt(startMs) === dayAt(endMs)) return time;
  return (ms) => `${shortDay(ms)}, ${time(ms)}`;
}
