import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { momentOf } from "../../src/stats/moment.ts";
import { type Calendar, periodNamer, zoneOf } from "../../src/stats/periods.ts";
import { useTimeZone } from "../support/time-zone.ts";

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
    // The hour that exists twice when clocks are set back, and the one that is skipped when they are set ahead.
    ["hour", "2026-10-25T00:30:00Z", BERLIN, "2026-10-25 02:00"],
    ["hour", "2026-10-25T01:30:00Z", BERLIN, "2026-10-25 02:00"],
    ["hour", "2026-03-29T01:30:00Z", BERLIN, "2026-03-29 03:00"],
  ] as const)("%s of %s is %s", (period, text, calendar, name) => {
    expect(periodNamer(period, calendar as Calendar)(at(text))).toBe(name);
  });
});

describe("the name of a period", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
  ];
  const moment = fc.integer({ min: at("2009-01-01T00:00:00Z"), max: at("2032-01-01T00:00:00Z") });
  const shown = (ms: number, timeZone: string) => {
    const parts = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      dateStyle: "short",
      timeStyle: "medium",
      hourCycle: "h23",
    }).format(ms);
    return parts.replace(", ", " ");
  };

  it("is the time that the system shows for the zone", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(moment, { minLength: 1, maxLength: 20 }),
        (timeZone, times) => {
          const calendar: Calendar = { timeZone, weekStartsOn: 1 };
          const [day, minute] = [periodNamer("day", calendar), periodNamer("minute", calendar)];
          for (const ms of times.flatMap((start) => [start, start + 900_000, start + 86_400_000])) {
            expect(day(ms)).toBe(shown(ms, timeZone).slice(0, 10));
            expect(minute(ms)).toBe(shown(ms, timeZone).slice(0, 16));
          }
        },
      ),
    );
  });

  it("follows a change of the clocks by half an hour, in steps of a quarter of an hour", () => {
    const name = periodNamer("minute", { timeZone: "Australia/Lord_Howe", weekStartsOn: 1 });
    for (let ms = at("2026-03-30T00:00:00Z"); ms < at("2026-04-08T00:00:00Z"); ms += 900_000)
      expect(name(ms)).toBe(shown(ms, "Australia/Lord_Howe").slice(0, 16));
  });
});

describe("a calendar without a time zone", () => {
  it.each(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"])(
    "is that of the system: %s",
    (timeZone) => {
      useTimeZone(timeZone);
      const own: Calendar = { weekStartsOn: 1 };
      const named: Calendar = { ...own, timeZone };
      expect(zoneOf(own)).toBe(timeZone);
      const moment = fc.integer({ min: at("2009-01-01T00:00:00Z"), max: at("2032-01-01T00:00:00Z") });
      fc.assert(
        fc.property(moment, (nowMs) => {
          expect(periodNamer("minute", own)(nowMs)).toBe(periodNamer("minute", named)(nowMs));
          const texts = [
            "today",
            "yesterday",
            "2026-03",
            "2026-10-25",
            "2026-10-25T02:30",
            "2026-03-29T02:30",
          ];
          for (const text of texts)
            for (const edge of ["start", "end"] as const)
              expect([text, edge, momentOf(text, edge, { calendar: own, nowMs })]).toEqual([
                text,
                edge,
                momentOf(text, edge, { calendar: named, nowMs }),
              ]);
        }),
      );
    },
  );
});

describe("a time on the command line", () => {
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
    ["2026", "start", BERLIN, "2025-12-31T23:00:00Z"],
    ["2026", "end", UTC, "2027-01-01T00:00:00Z"],
    ["2026-11-01 10:30:20", "end", UTC, "2026-11-01T10:30:20Z"],
    ["2026-11-01T10:30:20.500Z", "start", BERLIN, "2026-11-01T10:30:20.500Z"],
    ["2026-11-01T10:30+02:00", "start", UTC, "2026-11-01T08:30:00Z"],
    ["7D", "start", UTC, "2026-11-22T10:20:00Z"],
    ["Today", "start", UTC, "2026-11-29T00:00:00Z"],
    ["2028-02-29", "end", UTC, "2028-03-01T00:00:00Z"],
    // A day of 25 hours.
    ["2026-10-25", "end", BERLIN, "2026-10-25T23:00:00Z"],
  ] as const)("%s, its %s, is %s", (text, edge, calendar, wanted) => {
    expect(new Date(momentOf(text, edge, { calendar, nowMs }) ?? 0).toISOString()).toBe(
      new Date(at(wanted)).toISOString(),
    );
  });

  it.each([
    "",
    "soon",
    "2026-13",
    "2026-00",
    "2026-11-45",
    "2026-02-29",
    "2026-11-31",
    "2026-11-00",
    "2026-11T10:00",
    "2026-11-01T24:00",
    "2026-11-01T10:60",
    "2026-11-01T25:00Z",
    "2026-11-01Z",
    "7",
    "7y",
    "-7d",
    "99999999d",
  ])("%o is invalid", (text) => {
    expect(momentOf(text, "start", { calendar: UTC, nowMs })).toBeUndefined();
  });
});
