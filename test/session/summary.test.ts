import fc from "fast-check";
import { expect, test } from "vitest";
import { countsOf, groupRows, type Row } from "../../src/session/sums/rows.ts";
import { createSummarizer, mergeSummaries, type Summary, summarize } from "../../src/session/sums/summary.ts";
import { readTexts, textsOf } from "../support/read-in-memory.ts";
import { recording, recordings, transcriptsOf } from "../support/recordings.ts";

test("the sums of the runs add up to the session's", () => {
  for (const path of recordings().flatMap(transcriptsOf)) {
    const pieces = readTexts(textsOf(path));
    const runs = pieces.flatMap((piece) => (piece.type === "run_finished" ? [piece.summary.totals] : []));
    const ofTurns = { turns: 0, turnMs: 0, failedTurns: 0, interruptedTurns: 0, compactions: 0 };
    const all = countsOf(summarize(pieces).rows);
    expect({ ...countsOf(runs as Row[]), ...ofTurns }).toEqual({ ...all, ...ofTurns });
  }
});

test("a summary is the same if it is made in two steps or merged from two parts", () => {
  const pieces = recordings()
    .slice(0, 12)
    .flatMap(transcriptsOf)
    .map((path) => readTexts(textsOf(path)));
  const all = pieces.flat();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: all.length }), (cut) => {
      const summarizer = createSummarizer();
      summarizer.add(all.slice(0, cut));
      summarizer.add(all.slice(cut));
      expect(summarizer.summary()).toEqual(summarize(all));
      const merged = mergeSummaries([summarize(all.slice(0, cut)), summarize(all.slice(cut))]);
      expect(sorted(merged)).toEqual(sorted(summarize(all)));
    }),
    { numRuns: 30 },
  );
});

test("each quarter of an hour, project, agent, model and tool has its own rows", () => {
  const {
    rows,
    place,
    firstMs = 0,
  } = summarize(transcriptsOf(recording("03-subagent-nested")).flatMap((path) => readTexts(textsOf(path))));
  expect(place.project).toBe("acme-shop");
  for (const row of rows) {
    expect(row.slotMs % (15 * 60_000)).toBe(0);
    expect(row.slotMs).toBeGreaterThan(firstMs - 15 * 60_000);
    expect(row.project).toBe("acme-shop");
  }
  const agents = [...groupRows(rows, ({ agent }) => agent ?? "main")].map(([agent, { requests }]) => [
    agent,
    requests > 0,
  ]);
  expect(Object.fromEntries(agents)).toEqual({ main: true, "general-purpose": true });
  const tools = [...groupRows(rows, ({ tool }) => tool).values()];
  expect(tools.reduce((sum, { toolCalls }) => sum + toolCalls, 0)).toBe(countsOf(rows).toolCalls);
});

test("a summary is the same after JSON", () => {
  const summary = summarize(
    recordings()
      .flatMap(transcriptsOf)
      .flatMap((path) => readTexts(textsOf(path))),
  );
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
});

test("a summary of nothing has no time", () => {
  expect(summarize([])).toEqual({ rows: [], place: {} });
});

function sorted({ rows, ...facts }: Summary) {
  return {
    rows: rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort(),
    firstMs: facts.firstMs,
    lastMs: facts.lastMs,
  };
}
