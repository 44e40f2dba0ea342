import { describe, expect, it } from "vitest";
import type { PageSession } from "../../src/page/model.ts";
import { firstBarFrom, type Row, rowOf, rowsOf, rowsWithin, TURNS } from "../../web/session/rows.ts";

function page(calls: [lane: number, startMs: number, endMs: number][], lanes = 1): PageSession {
  return {
    id: "x",
    agentRuns: 0,
    runs: [],
    lanes: Array.from({ length: lanes }, (_, index) => ({ agentId: String(index), name: "x" })),
    turns: [],
    requests: [],
    compactions: [],
    calls: calls.map(([lane, startMs, endMs], index) => ({
      id: String(index),
      lane,
      name: "Bash",
      startMs,
      endMs,
      outcome: "ok",
    })),
  };
}

const shape = (session: PageSession) =>
  rowsOf(session).map(({ lane, bars }) => [lane, ...bars.map(({ startMs }) => startMs)]);

describe("the rows of the waterfall", () => {
  it("put calls that run at the same time on different rows, and others on the same row", () => {
    expect(
      shape(
        page([
          [0, 0, 10],
          [0, 5, 20],
          [0, 10, 12],
          [0, 20, 30],
        ]),
      ),
    ).toEqual([
      [0, 0, 10, 20],
      [0, 5],
    ]);
  });

  it("have the main conversation first, then subagents by their start, and no row for one that did nothing", () => {
    expect(
      shape(
        page(
          [
            [3, 5, 6],
            [1, 9, 10],
          ],
          4,
        ),
      ),
    ).toEqual([[0], [3, 5], [1, 9]]);
  });

  it("have no overlapping bars, and find the first visible bar", () => {
    const many = page(Array.from({ length: 20_000 }, (_, n) => [0, n * 10, n * 10 + 15]));
    const rows = rowsOf(many);
    expect(rows).toHaveLength(2);
    for (const { bars } of rows)
      for (const [index, bar] of bars.entries())
        expect(bars[index - 1]?.endMs ?? 0).toBeLessThanOrEqual(bar.startMs);
    const [first] = rows;
    expect(first?.bars[firstBarFrom(first.bars, 100_000)]?.endMs).toBeGreaterThanOrEqual(100_000);
  });

  it("of a stretch of time are those of the main conversation and of the subagents that work in it", () => {
    const bar = (index: number, startMs: number, endMs: number) => ({
      startMs,
      endMs,
      item: { kind: "call", index } as const,
    });
    const rows: Row[] = [
      { lane: TURNS, isFirst: true, bars: [] },
      { lane: 0, isFirst: true, bars: [bar(0, 0, 10)] },
      { lane: 1, isFirst: true, bars: [bar(1, 10, 20), bar(2, 60, 70)] },
      { lane: 1, isFirst: false, bars: [bar(3, 12, 15)] },
      { lane: 2, isFirst: true, bars: [bar(4, 30, 50)] },
    ];
    const lanes = (fromMs: number, toMs: number) => rowsWithin(rows, fromMs, toMs).map(({ lane }) => lane);
    expect(lanes(0, 100)).toEqual([TURNS, 0, 1, 1, 2]);
    expect(lanes(35, 40)).toEqual([TURNS, 0, 2]);
    expect(lanes(65, 66)).toEqual([TURNS, 0, 1, 1]);
    expect(lanes(52, 58)).toEqual([TURNS, 0]);
    expect(rowOf(rows, { kind: "call", index: 3 })).toBe(3);
    expect(rowOf(rows, { kind: "request", index: 3 })).toBeUndefined();
  });
});
