import { expect, it } from "vitest";
import { drawStats } from "../../src/report/stats.ts";
import { noCounts } from "../../src/session/sums/counts.ts";
import type { Stats } from "../../src/stats/stats.ts";

/** A day on which every second call failed. */
function stats(): Stats {
  const counts = {
    ...noCounts(),
    ...{ turns: 40, requests: 100, input: 1_000, cacheRead: 9_000, output: 500, costUsd: 12.5 },
    ...{ toolCalls: 100, failedToolCalls: 50 },
  };
  const total = { keys: [], counts, sessions: 3 };
  return { by: ["day"], rows: [{ ...total, keys: ["2026-11-20"] }], total };
}

it.each([
  [
    1,
    "1 request has no known price and is not in the cost",
    "1 request without a final output count, because it was",
  ],
  [
    2,
    "2 requests have no known price and are not in the cost",
    "2 requests without a final output count, because they were",
  ],
])("says how many requests (%i) have no price, and how many no final count", (number, price, final) => {
  const { by, rows, total } = stats();
  const counts = { ...total.counts, unpricedRequests: number, provisionalRequests: number };
  const text = drawStats(
    { by, rows, total: { ...total, counts } },
    { columns: 400, paint: (_, line) => line },
  );
  expect(text).toContain(price);
  expect(text).toContain(final);
});

const drawn = (columns: number) => drawStats(stats(), { columns, paint: (_, text) => text });

it("explains a mark if it shows one, and has neither in a narrow terminal", () => {
  expect(drawn(200)).toContain("50%!");
  expect(drawn(200)).toContain("! is out of the usual range: more than 3 % of the calls failed.\n");
  expect(drawn(60)).not.toContain("!");
});

it("shows all amounts of a column with the same number of decimals", () => {
  const both = stats();
  const cheap = { ...both.total.counts, costUsd: 0.0421 };
  both.rows.push({ keys: ["2026-11-21"], counts: cheap, sessions: 1 });
  const text = drawStats(both, { columns: 200, paint: (_, line) => line });
  expect(text).toMatch(/2026-11-21.*\$0\.04\n/);
});

it("leaves out columns that only the total has, and shows the time of tools", () => {
  const { total } = stats();
  const calls = { ...noCounts(), toolCalls: 100, failedToolCalls: 50, toolMs: 65_000 };
  const tools: Stats = {
    by: ["tool"],
    rows: [{ keys: ["Bash"], counts: calls, sessions: 3 }],
    total: { ...total, counts: { ...total.counts, ...calls } },
  };
  const [head, row, , sum] = drawStats(tools, { columns: 200, paint: (_, text) => text }).split("\n");
  expect(head?.split(/ +/)).toEqual(["TOOL", "SESSIONS", "CALLS", "FAILED", "TIME"]);
  expect(row?.split(/ +/)).toEqual(["Bash", "3", "100", "50%!", "1m", "05s"]);
  expect(sum?.split(/ +/)).toEqual(["Total", "3", "100", "50%!", "1m", "05s"]);
});

it("marks a day that cost far more than the others, and aligns the digits of all", () => {
  const costs = [2, 2.5, 3, 2.2, 9.5, 2.6, 5];
  const rows = costs.map((costUsd, index) => ({
    keys: [`2026-11-0${index + 1}`],
    counts: { ...noCounts(), requests: 1, costUsd },
    sessions: 1,
  }));
  const draw = (by: Stats["by"]) =>
    drawStats({ ...stats(), by, rows }, { columns: 200, paint: (_, text) => text });
  const lines = draw(["day"]).split("\n");
  expect(lines.filter((line) => line.includes("!"))).toEqual([
    expect.stringMatching(/^2026-11-05.*\$9\.50!$/),
    expect.stringContaining("! is out of the usual range"),
  ]);
  expect(new Set(lines.slice(1, 8).map((line) => line.indexOf("."))).size).toBe(1);
  expect(draw(["model"])).not.toContain("!");
});
