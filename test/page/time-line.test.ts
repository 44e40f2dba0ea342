import { expect, it } from "vitest";
import { roundTicks } from "../../web/session/round-ticks.ts";
import { type Row, rowOf, rowsWithin, TURNS } from "../../web/session/rows.ts";
import { createTimeAxis } from "../../web/session/time-axis.ts";
import { around } from "../../web/session/view.ts";

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

it("a view around an item has a margin on both sides, and stays on the axis", () => {
  const axis = createTimeAxis([span(0, 10_000)], true);
  expect(around({ from: 4_000, to: 5_000 }, axis)).toEqual({ from: 3_900, to: 5_100 });
  expect(around({ from: 0, to: 1_000 }, axis)).toEqual({ from: 0, to: 1_200 });
  expect(around({ from: 2_000, to: 2_000 }, axis)).toEqual({ from: 1_990, to: 2_010 });
  expect(around({ from: 0, to: 10_000 }, axis)).toEqual({ from: 0, to: 10_000 });
});

it("a stretch of time has the rows of the main conversation and of the subagents that work in it", () => {
  const bar = (index: number, fromMs: number, toMs: number) => ({
    ...span(fromMs, toMs),
    item: { kind: "call", index } as const,
  });
  const rows: Row[] = [
    { lane: TURNS, isFirst: true, bars: [] },
    { lane: 0, isFirst: true, bars: [bar(0, 0, 10)] },
    { lane: 1, isFirst: true, bars: [bar(1, 10, 20), bar(2, 60, 70)] },
    { lane: 1, isFirst: false, bars: [bar(3, 12, 15)] },
    { lane: 2, isFirst: true, bars: [bar(4, 30, 50)] },
  ];
  const lanes = (fromMs: number, toMs: number) =>
    rowsWithin(rows, START + fromMs, START + toMs).map(({ lane }) => lane);
  expect(lanes(0, 100)).toEqual([TURNS, 0, 1, 1, 2]);
  expect(lanes(35, 40)).toEqual([TURNS, 0, 2]);
  expect(lanes(65, 66)).toEqual([TURNS, 0, 1, 1]);
  expect(lanes(52, 58)).toEqual([TURNS, 0]);
  expect(rowOf(rows, { kind: "call", index: 3 })).toBe(3);
  expect(rowOf(rows, { kind: "request", index: 3 })).toBeUndefined();
});

it("a shortened pause leaves the ticks on both of its sides", () => {
  const ticks = ticksOf([span(0, 110_000), span(14 * MINUTE, 17 * MINUTE)], 100_000);
  expect(ticks.length).toBeGreaterThanOrEqual(3);
});
