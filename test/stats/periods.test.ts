import { describe, expect, it } from "vitest";
import { type Calendar, momentOf, periodNamer } from "../../src/stats/periods.ts";

const BERLIN: Calendar = { timeZone: "Europe/Berlin", weekStartsOn: 1 };
const UTC: Calendar = { timeZone: "UTC", weekStartsOn: 1 };
const at = (text: string) => Date.parse(text);

describe("the period of a moment", () => {
  it.each([
    ["hour", "2026-11-29T23:30:00Z", UTC, "2026-11-29 23:00"],
    ["day", "2026-11-29T23:30:00Z", UTC, "2026-11-29"],
    ["day", "2026-11-29T23:30:00Z", BERLIN, "2026-11-30"],
    ["day", "2026-11-29T23:30:00Z", { ...UTC, timeZone: "America/Los_Angeles" }, "2026-11-29"],
    ["day", "2026-11-29T18:30:00Z", { ...UTC, timeZone: "Asia/Kolkata" }, "2026-11-30"],
    ["week", "2026-11-29T12:00:00Z", UTC, "2026-11-23"],
    ["week", "2026-11-29T12:00:00Z", { ...UTC, weekStartsOn: 0 }, "2026-11-29"],
    ["month", "2026-11-30T23:30:00Z", BERLIN, "2026-12"],
    // The hour that a clock that is set back has twice, and the one that it leaves out.
    ["hour", "2026-10-25T00:30:00Z", BERLIN, "2026-10-25 02:00"],
    ["hour", "2026-10-25T01:30:00Z", BERLIN, "2026-10-25 02:00"],
    ["hour", "2026-03-29T01:30:00Z", BERLIN, "2026-03-29 03:00"],
  ] as const)("%s of %s is %s", (period, text, calendar, name) => {
    expect(periodNamer(period, calendar as Calendar)(at(text))).toBe(name);
  });
});

describe("a moment as people write it", () => {
  const nowMs = at("2026-11-29T10:20:00Z");
  it.each([
    ["2026-11-01", "start", BERLIN, "2026-10-31T23:00:00Z"],
    ["2026-11-01", "end", BERLIN, "2026-11-01T23:00:00Z"],
    ["20261101", "start", UTC, "2026-11-01T00:00:00Z"],
    ["2026-11", "start", UTC, "2026-11-01T00:00:00Z"],
    ["2026-11", "end", UTC, "2026-12-01T00:00:00Z"],
    ["2026-12", "end", UTC, "2027-01-01T00:00:00Z"],
    ["today", "start", BERLIN, "2026-11-28T23:00:00Z"],
    ["today", "end", BERLIN, "2026-11-29T23:00:00Z"],
    ["yesterday", "start", UTC, "2026-11-28T00:00:00Z"],
    ["7d", "start", UTC, "2026-11-22T10:20:00Z"],
    ["12h", "start", UTC, "2026-11-28T22:20:00Z"],
    ["2026-11-01T10:30", "start", BERLIN, "2026-11-01T09:30:00Z"],
    // A day of 25 hours.
    ["2026-10-25", "end", BERLIN, "2026-10-25T23:00:00Z"],
  ] as const)("%s, its %s, is %s", (text, edge, calendar, wanted) => {
    expect(new Date(momentOf(text, edge, { calendar, nowMs }) ?? 0).toISOString()).toBe(
      new Date(at(wanted)).toISOString(),
    );
  });

  it.each(["", "soon", "2026", "2026-13", "2026-11-45", "7", "7y", "-7d", "99999999d"])(
    "%o is none",
    (text) => {
      expect(momentOf(text, "start", { calendar: UTC, nowMs })).toBeUndefined();
    },
  );
});
