import { describe, expect, it } from "vitest";
import type { PageSession } from "../../src/page/model.ts";
import { firstBarFrom, rowsOf } from "../../web/session/rows.ts";

function page(calls: [lane: number, startMs: number, endMs: number][], lanes = 1): PageSession {
  return {
    id: "x",
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
});
