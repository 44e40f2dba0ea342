import { expect, it } from "vitest";
import { blocksJson } from "../../src/report/json/stats.ts";
import { drawBlocks, drawStats } from "../../src/report/stats.ts";
import { plain } from "../../src/report/text/paint.ts";
import { noCounts } from "../../src/session/sums/counts.ts";
import { BLOCK_MS, type Block } from "../../src/stats/blocks.ts";
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
  const text = drawStats({ by, rows, total: { ...total, counts } }, { columns: 400, paint: plain });
  expect(text).toContain(price);
  expect(text).toContain(final);
});

const drawn = (columns: number) => drawStats(stats(), { columns, paint: plain });

it("explains a mark if it shows one, and has neither in a narrow terminal", () => {
  expect(drawn(200)).toContain("50%!");
  expect(drawn(200)).toContain("! is out of the usual range: more than 3 % of the calls failed.\n");
  expect(drawn(60)).not.toContain("!");
});

it("shows all amounts of a column with the same number of decimals", () => {
  const both = stats();
  const cheap = { ...both.total.counts, costUsd: 0.0421 };
  both.rows.push({ keys: ["2026-11-21"], counts: cheap, sessions: 1 });
  const text = drawStats(both, { columns: 200, paint: plain });
  expect(text).toMatch(/2026-11-21.*\$0\.04\n/);
});

it("groups the digits of large numbers", () => {
  const { by, total } = stats();
  const counts = { ...total.counts, turns: 1_234, requests: 56_789, toolCalls: 33_000, compactions: 1_000 };
  const row = { keys: ["2026-11-20"], counts, sessions: 3_000 };
  const [, line] = drawStats({ by, rows: [row], total: row }, { columns: 200, paint: plain }).split("\n");
  for (const number of ["3,000", "1,234", "56,789", "33,000", "1,000"]) expect(line).toContain(` ${number} `);
});

it("leaves out columns that only the total has, and shows the time of tools", () => {
  const { total } = stats();
  const calls = { ...noCounts(), toolCalls: 100, failedToolCalls: 50, toolMs: 65_000 };
  const tools: Stats = {
    by: ["tool"],
    rows: [{ keys: ["Bash"], counts: calls, sessions: 3 }],
    total: { ...total, counts: { ...total.counts, ...calls } },
  };
  const [head, row, , sum] = drawStats(tools, { columns: 200, paint: plain }).split("\n");
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
  const draw = (by: Stats["by"]) => drawStats({ ...stats(), by, rows }, { columns: 200, paint: plain });
  const lines = draw(["day"]).split("\n");
  expect(lines.filter((line) => line.includes("!"))).toEqual([
    expect.stringMatching(/^2026-11-05.*\$9\.50!$/),
    expect.stringContaining("! is out of the usual range"),
  ]);
  expect(new Set(lines.slice(1, 8).map((line) => line.indexOf("."))).size).toBe(1);
  expect(draw(["model"])).not.toContain("!");
});

it("shows Claude Code's own sum only if it differs in what is shown", () => {
  const draw = (clientMoreUsd: number) => {
    const { total, ...rest } = stats();
    const counts = { ...total.counts, clientMoreUsd };
    const row = { ...total, counts, keys: ["2026-11-20"] };
    return drawStats({ ...rest, rows: [row], total: { ...total, counts } }, { columns: 200, paint: plain });
  };
  expect(draw(0.0002)).not.toContain("CLAUDE CODE");
  expect(draw(0.02)).toMatch(/\$12\.52 +\$12\.50$/m);
});

it("cuts long names of projects and branches before it leaves out numbers, but no session id", () => {
  const { total } = stats();
  const long = "a-project-with-a-name-that-goes-on-and-on-and-on";
  const draw = (by: Stats["by"]) =>
    drawStats({ by, rows: [{ ...total, keys: by.map(() => long) }], total }, { columns: 80, paint: plain });
  expect(draw(["project", "branch"])).toMatch(/^PROJECT +BRANCH +REQUESTS +IN +OUT +COST\n/);
  expect(draw(["session"])).toContain(long);
  // What the numbers leave is for the name.
  expect(draw(["project"]).split("\n")[1]).toHaveLength(80);
});

const window: Block = {
  startMs: 0,
  endMs: BLOCK_MS,
  firstMs: 0,
  lastMs: 1,
  fromMs: 0,
  toMs: 1,
  isActive: false,
  counts: { ...noCounts(), requests: 1, input: 60, cacheRead: 40, costUsd: 1.000_000_4 },
};

it("draws windows with the columns, the total and the notes of other sums", () => {
  const counts = { ...window.counts, unpricedRequests: 1, clientMoreUsd: 0.5 };
  const active: Block = { ...window, counts, isActive: true, usdPerHour: 2, projectedUsd: 10 };
  const text = drawBlocks({ blocks: [window, active] }, (ms) => `at ${ms}`, { columns: 200, paint: plain });
  const [head, first, second, , total, note] = text.split("\n").map((line) => line.split(/ {2,}/).join("|"));
  expect(head).toBe("FROM|TO|REQUESTS|IN|CACHED|CACHE READ|PER HOUR|BY ITS END|CLAUDE CODE|COST");
  expect(first).toBe("at 0|at 18000000|1|100|40%|40|$1.00|$1.00");
  expect(second).toBe("at 0|now|1|100|40%|40|$2.00|$10.00|$1.50|$1.00");
  expect(total).toBe("Total|2|200|40%|80|$2.50|$2.00");
  expect(note).toContain("1 request has no known price");
});

it("gives windows costs that add up to their total", () => {
  const { rows, total } = blocksJson({ blocks: [window, window, window] }, { timeZone: "UTC" });
  expect(rows.map(({ costMicroUsd }) => costMicroUsd)).toEqual([1_000_001, 1_000_000, 1_000_000]);
  expect(total).toMatchObject({ requests: 3, costMicroUsd: 3_000_001 });
});

it("shows the share of denied calls of tools if any was denied", () => {
  const calls = { ...noCounts(), toolCalls: 8, failedToolCalls: 2, deniedToolCalls: 2, toolMs: 1_000 };
  const rows = [{ keys: ["Bash"], counts: calls, sessions: 1 }];
  const total = { keys: [], counts: calls, sessions: 1 };
  const stats: Stats = { by: ["tool"], rows, total };
  const [head, row] = drawStats(stats, { columns: 80, paint: plain }).split("\n");
  expect(head?.split(/ +/)).toEqual(["TOOL", "SESSIONS", "CALLS", "FAILED", "DENIED", "TIME"]);
  expect(row?.split(/ +/)).toEqual(["Bash", "1", "8", "25%!", "25%", "1.0s"]);
});
