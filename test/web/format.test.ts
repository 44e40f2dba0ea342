import { expect, it } from "vitest";
import { dollarColumn, paid, percentMarks, time, usdMarks } from "../../web/format.ts";

it.each([
  [
    [0, 0.025, 0.05, 0.075],
    ["$0", "$0.025", "$0.050", "$0.075"],
  ],
  [
    [0, 0.02, 0.04],
    ["$0", "$0.02", "$0.04"],
  ],
  [
    [0, 0.5, 1],
    ["$0", "$0.50", "$1.00"],
  ],
  [
    [0, 25, 1250],
    ["$0", "$25", "$1,250"],
  ],
  [
    [0, 0.005],
    ["$0", "$0.005"],
  ],
])("the marks %j of an axis in USD are exact: %j", (marks, texts) => {
  expect(usdMarks(marks)).toEqual(texts);
});

it.each([
  [
    [0, 0.1, 0.2],
    ["0%", "10%", "20%"],
  ],
  [
    [0, 0.0025, 0.005],
    ["0%", "0.25%", "0.50%"],
  ],
  [
    [0, 0.005, 0.01],
    ["0%", "0.5%", "1.0%"],
  ],
])("the marks %j of an axis of ratios differ: %j", (marks, texts) => {
  expect(percentMarks(marks)).toEqual(texts);
});

it("a cost is a dash if no request has a known price, and zero if nothing was paid for", () => {
  expect([paid(0, 2), paid(0, 0), paid(1.5, 2), paid(0.25, 0, dollarColumn([1.5, 0.25]))]).toEqual([
    "–",
    "$0.0000",
    "$1.50",
    "$0.25",
  ]);
});

it("the time of day is that of the reader's language, with 24 hours", () => {
  for (const at of [Date.UTC(2026, 10, 20, 0, 5, 9), Date.UTC(2026, 10, 20, 13, 45, 0)])
    expect(time(at)).toBe(new Date(at).toLocaleTimeString(undefined, { hourCycle: "h23" }));
});
