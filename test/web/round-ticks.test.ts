import { expect, it } from "vitest";
import { roundTicks } from "../../web/session/round-ticks.ts";
import { createTimeAxis } from "../../web/session/time-axis.ts";

const START = Date.parse("2026-11-20T09:59:47.250Z");
const MINUTE = 60_000;
const span = (fromMs: number, toMs: number) => ({ startMs: START + fromMs, endMs: START + toMs });

/** The times of the ticks in whole seconds, or with the rest if they are not round. */
function ticksOf(spans: Parameters<typeof createTimeAxis>[0], step: number, from = 0, to?: number) {
  const axis = createTimeAxis(spans, true);
  const ticks = roundTicks(axis, from, to ?? axis.length, step);
  const gaps = ticks.slice(1).map((at, index) => at - (ticks[index] ?? 0));
  expect(Math.min(...gaps, step)).toBeGreaterThanOrEqual(0.75 * step - 1);
  return ticks.map((at) => new Date(Math.round(axis.ms(at))).toISOString().slice(11).replace(".000Z", ""));
}

it("the ticks of a session are at round times", () => {
  expect(ticksOf([span(0, 3.2 * MINUTE)], 30_000)).toEqual([
    ...["10:00:00", "10:00:30", "10:01:00", "10:01:30", "10:02:00", "10:02:30"],
  ]);
  expect(ticksOf([span(0, 1_000)], 170).slice(0, 3)).toEqual([
    "09:59:47.400Z",
    "09:59:47.600Z",
    "09:59:47.800Z",
  ]);
  // Full hours of the reader's time zone.
  const axis = createTimeAxis([span(0, 6 * 60 * MINUTE)], true);
  const hours = roundTicks(axis, 0, axis.length, 50 * MINUTE);
  expect(hours.length).toBe(6);
  for (const at of hours) expect(new Date(Math.round(axis.ms(at))).getMinutes()).toBe(0);
});

it("the ticks behind shortened pauses are at round times, and far enough apart", () => {
  const turns = Array.from({ length: 60 }, (_, n) => span(n * 5 * MINUTE, n * 5 * MINUTE + 90_000));
  const ticks = ticksOf(turns, 10 * MINUTE);
  expect(ticks.length).toBeGreaterThan(5);
  for (const tick of ticks) expect(tick).toMatch(/^\d\d:[0-5]0:00$|^\d\d:[0-5]5:00$/);
});

it("a view that is moved has ticks at the same times, and a short one at least none", () => {
  expect(ticksOf([span(0, 10 * MINUTE)], MINUTE, 2 * MINUTE, 4 * MINUTE)).toEqual(["10:02:00", "10:03:00"]);
  expect(ticksOf([span(0, 10 * MINUTE)], 20 * MINUTE)).toEqual(["10:00:00"]);
  expect(ticksOf([span(20_000, 40_000)], 20 * MINUTE)).toEqual([]);
});

it("a shortened pause leaves the ticks on both of its sides", () => {
  const ticks = ticksOf([span(0, 110_000), span(14 * MINUTE, 17 * MINUTE)], 100_000);
  expect(ticks.length).toBeGreaterThanOrEqual(3);
});
