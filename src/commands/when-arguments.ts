import { type Input, textFlag } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { UserError } from "../config/user-error.ts";
import { printable } from "../printable.ts";
import { isPartOf } from "../stats/extent.ts";
import { momentOf } from "../stats/moment.ts";
import type { Calendar } from "../stats/periods.ts";

/** Returns the calendar of this system, with weeks that begin on Monday. */
export function systemCalendar(): Calendar {
  return { weekStartsOn: 1 };
}

/** Returns the time that `--since` or `--until` names, in epoch ms, or undefined without the flag. */
function momentFlag(input: Input, io: Io, name: "since" | "until", calendar: Calendar): number | undefined {
  const text = textFlag(input, name);
  if (text === undefined) return undefined;
  const ms = momentOf(text, name === "since" ? "start" : "end", { calendar, nowMs: io.now() });
  if (ms !== undefined) return ms;
  throw new UserError(`--${name} is "${text}", but must be a date, a time or how long ago.`, {
    hint: "For example 2026-11-01, 2026-11, today, yesterday, 7d or 12h.",
  });
}

/** The time that a command is about, in epoch ms: from `sinceMs` on, and before `untilMs`. */
interface Range {
  sinceMs?: number;
  untilMs?: number;
}

/** Returns the time between `--since` and `--until`, without the flags that are not given. */
export function rangeFlags(input: Input, io: Io, calendar: Calendar = systemCalendar()): Range {
  const sinceMs = momentFlag(input, io, "since", calendar);
  const untilMs = momentFlag(input, io, "until", calendar);
  if (untilMs !== undefined && sinceMs !== undefined && untilMs <= sinceMs)
    throw new UserError(`--until ${input.flags.until} is before --since ${input.flags.since}.`);
  return {
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

/** The flags that leave something out, as they were given: `--since 7d --project shop`. Undefined without any. */
export function limitsGiven({ flags }: Input): string | undefined {
  const given = ["since", "until", "project", "model"].filter((name) => flags[name] !== undefined);
  return given.length === 0
    ? undefined
    : given.map((name) => printable(`--${name} ${flags[name]}`)).join(" ");
}

/** Returns the number of `--limit`, or `usual` without the flag. */
export function limitFlag(input: Input, usual: number): number {
  const text = textFlag(input, "limit");
  if (text === undefined) return usual;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw new UserError(`--limit is "${text}", but must be a whole number above 0.`);
}

/** Returns a filter for project names: those that contain the text of `--project`, in any case. */
export function projectFlag(input: Input): (project: string | undefined) => boolean {
  const part = textFlag(input, "project");
  return (project = "") => part === undefined || isPartOf(part, project);
}
