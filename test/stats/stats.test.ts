import { describe, expect, it } from "vitest";
import { noCounts } from "../../src/session/sums/counts.ts";
import { countsOf, type Row, SLOT_MS } from "../../src/session/sums/rows.ts";
import { type Summary, summarize } from "../../src/session/sums/summary.ts";
import { BLOCK_MS, blocksOf, createHourAdder } from "../../src/stats/blocks.ts";
import { DIMENSIONS } from "../../src/stats/dimensions.ts";
import { outOfRange } from "../../src/stats/key-figures.ts";
import { type SessionSummary, statsOf } from "../../src/stats/stats.ts";
import { readWhole } from "../support/read-files.ts";
import { recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const UTC = { timeZone: "UTC", weekStartsOn: 1 } as const;

const sessions: SessionSummary[] = recordings().flatMap((recording) =>
  transcriptsOf(recording).map((path) => ({
    sessionId: `${recording.name} ${sessionIdOf(path)}`,
    summary: summarize(readWhole(path)),
  })),
);
const all = countsOf(sessions.flatMap(({ summary }) => summary.rows));

describe("the sums of all recordings", () => {
  it("are the sums of their summaries, grouped by any dimension", () => {
    expect(statsOf(sessions, { by: [], calendar: UTC }).total.counts).toEqual(all);
    for (const dimension of DIMENSIONS)
      expect(statsOf(sessions, { by: [dimension], calendar: UTC }).total.counts).toEqual(all);
  });

  it.each(["day", "hour", "project", "session", "agent", "branch"] as const)(
    "add up over each %s",
    (dimension) => {
      const { rows } = statsOf(sessions, { by: [dimension], calendar: UTC });
      const sum = countsOf(rows.map(({ counts }) => ({ slotMs: 0, ...counts })));
      expect(sum.requests).toBe(all.requests);
      expect(sum.toolCalls).toBe(all.toolCalls);
      expect(sum.costUsd).toBeCloseTo(all.costUsd, 9);
    },
  );

  it("have each request under a model, the most expensive model first", () => {
    const { rows } = statsOf(sessions, { by: ["model"], calendar: UTC });
    expect(rows.reduce((sum, { counts }) => sum + counts.requests, 0)).toBe(all.requests);
    const costs = rows.map(({ counts }) => counts.costUsd);
    expect(costs).toEqual([...costs].sort((a, b) => b - a));
  });

  it("before and after a moment add up to the whole", () => {
    const moments = sessions.flatMap(({ summary }) => summary.rows.map(({ slotMs }) => slotMs));
    const middle = moments.sort((a, b) => a - b)[Math.floor(moments.length / 2)] ?? 0;
    const before = statsOf(sessions, { by: [], calendar: UTC, untilMs: middle }).total.counts;
    const after = statsOf(sessions, { by: [], calendar: UTC, sinceMs: middle }).total.counts;
    expect(before.requests + after.requests).toBe(all.requests);
    expect(before.costUsd + after.costUsd).toBeCloseTo(all.costUsd, 9);
  });

  it("have no hidden cost of Claude Code if one model is selected", () => {
    expect(statsOf(sessions, { by: [], calendar: UTC }).hiddenUsd).toBeGreaterThan(0);
    expect(statsOf(sessions, { by: [], calendar: UTC, model: "opus" }).hiddenUsd).toBeUndefined();
  });
});

describe("windows of five hours", () => {
  const hour = 3_600_000;
  const row = (atMs: number, costUsd: number): Row => ({
    slotMs: Math.floor(atMs / SLOT_MS) * SLOT_MS,
    requests: 1,
    costUsd,
  });

  it("begin at the hour of the first request, and again at the first request after their end", () => {
    const start = Date.parse("2026-11-29T08:40:00Z");
    const adder = createHourAdder(({ rows }) => rows);
    const rows = [row(start, 1), row(start + 4 * hour, 2), row(start + 5 * hour, 4)];
    adder.add({ summary: { rows, place: {} } });
    const blocks = blocksOf(adder.sums().hours, start + 100 * hour);
    expect(blocks.map(({ startMs, counts }) => [new Date(startMs).toISOString(), counts.costUsd])).toEqual([
      ["2026-11-29T08:00:00.000Z", 3],
      ["2026-11-29T13:00:00.000Z", 4],
    ]);
    expect(blocks.some(({ isActive }) => isActive)).toBe(false);
  });

  describe("have a rate and a projected cost while they are active", () => {
    const start = Date.parse("2026-11-29T08:00:00Z");
    const minute = 60_000;
    const blockOf = (sessions: Omit<Summary, "place">[], nowMs: number) => {
      const adder = createHourAdder(({ rows }) => rows);
      for (const session of sessions) adder.add({ summary: { place: {}, ...session } });
      return blocksOf(adder.sums().hours, nowMs)[0];
    };

    it("from the first record to the last one, as in ccusage: idle time costs nothing", () => {
      const session = {
        rows: [row(start, 1), row(start + 30 * minute, 2)],
        firstMs: start + 10 * minute,
        lastMs: start + 40 * minute,
      };
      const facts = { isActive: true, usdPerHour: 6, endMs: start + BLOCK_MS };
      expect(blockOf([session], start + hour)).toMatchObject({ ...facts, projectedUsd: 3 + 6 * 4 });
      expect(blockOf([session], start + 3 * hour)).toMatchObject({ ...facts, projectedUsd: 3 + 6 * 2 });
    });

    it("of all sessions in the window, also of one that began long before", () => {
      const long = {
        rows: [row(start - 9 * hour, 100), row(start + 30 * minute, 2)],
        firstMs: start - 9 * hour,
      };
      const before = { ...long, lastMs: start + 40 * minute };
      const after = {
        rows: [row(start + 45 * minute, 1)],
        firstMs: start + 46 * minute,
        lastMs: start + 50 * minute,
      };
      const blocks = [before, after].map(({ rows, ...times }) => ({
        rows: rows.filter(({ slotMs }) => slotMs >= start),
        ...times,
      }));
      // Its first request in the window was answered at some time in the quarter from 08:30 on.
      expect(blockOf(blocks, start + hour)?.usdPerHour).toBeCloseTo(3 / (20 / 60));
    });

    it("but not before a quarter of an hour, and not from what is to come", () => {
      const session = { rows: [row(start, 3)], firstMs: start + minute, lastMs: start + 14 * minute };
      expect(blockOf([session], start + hour)).not.toHaveProperty("usdPerHour");
      const whole = { rows: [row(start, 1), row(start + 15 * minute, 2)] };
      expect(blockOf([whole], start + 20 * minute)?.usdPerHour).toBeCloseTo(9);
    });
  });
});

it("marks values outside the usual range if there are enough calls", () => {
  const counts = {
    ...noCounts(),
    requests: 10,
    input: 100,
    cacheRead: 100,
    toolCalls: 10,
    failedToolCalls: 2,
    compactions: 3,
  };
  expect(outOfRange(counts, 1)).toEqual(["toolFailures", "cacheHits", "compactions"]);
  expect(outOfRange(counts, 3)).toEqual(["toolFailures", "cacheHits"]);
  expect(outOfRange({ ...counts, failedToolCalls: 1, requests: 2 }, 3)).toEqual([]);
});
