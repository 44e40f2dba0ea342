import { describe, expect, it } from "vitest";
import { DISTANCES, dayMarks } from "../../web/sessions/day-marks.ts";

/** The starts of days from the 15th of January 2026 on. */
const days = (count: number) =>
  Array.from({ length: count }, (_, index) => new Date(2026, 0, 15 + index).getTime());
const dates = (marks: number[]) =>
  marks.map((ms) => new Date(ms).toLocaleDateString("en-CA", { dateStyle: "short" }));

describe("the marks on the axis of days", () => {
  it("begin with the first day", () => {
    expect(dates(dayMarks(days(1), 1))).toEqual(["2026-01-15"]);
    expect(dates(dayMarks(days(10), 3))).toEqual(["2026-01-15", "2026-01-18", "2026-01-21", "2026-01-24"]);
    expect(dates(dayMarks(days(100), 28))).toEqual(["2026-01-15", "2026-02-12", "2026-03-12", "2026-04-09"]);
  });

  it("are first days of months if they are months apart", () => {
    expect(dates(dayMarks(days(200), 56))).toEqual(["2026-03-01", "2026-05-01", "2026-07-01"]);
    expect(dates(dayMarks(days(400), 91))).toEqual(["2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"]);
    expect(dates(dayMarks(days(800), 364))).toEqual(["2027-01-01", "2028-01-01"]);
    expect(dates(dayMarks(days(2000), 728))).toEqual(["2028-01-01", "2030-01-01"]);
  });

  it("are at least as far apart as asked for, but for short months", () => {
    for (const distance of DISTANCES) {
      const marks = dayMarks(days(3000), distance);
      const gaps = marks.slice(1).map((ms, index) => Math.round((ms - (marks[index] ?? 0)) / 86_400_000));
      expect(Math.min(...gaps), String(distance)).toBeGreaterThanOrEqual(distance - 1);
    }
  });
});
