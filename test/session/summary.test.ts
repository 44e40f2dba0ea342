import { statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Audit, auditSessions } from "../../src/audit/audit.ts";
import { totalsOf } from "../../src/report/totals.ts";
import { countsOf, groupRows, type Row } from "../../src/session/sums/rows.ts";
import { createSummarizer, mergeSummaries, type Summary, summarize } from "../../src/session/sums/summary.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { auditedOf } from "../support/audit-files.ts";
import {
  type Recording,
  readWhole,
  recording,
  recordings,
  sessionIdOf,
  transcriptsOf,
} from "../support/recordings.ts";

describe.each(recordings())("the sums of $name", (recorded) => {
  const paths = pathsOf(recorded);
  test.each(paths)("are the same in show, audit and the summary span: %s", async (path) => {
    const pieces = readWhole(path);
    const summary = summarize(pieces);
    const shown = totalsOf(summary);
    const sessions = [path, ...paths.filter((other) => other !== path)].map(auditedOf);
    const [audit] = await auditSessions(sessions);
    const { recount } = audit as Audit;
    expect(recount.own).toMatchObject({
      requests: shown.requests,
      failedRequests: shown.failedRequests,
      toolCalls: shown.toolCalls,
    });
    for (const { model, input, output, cacheRead } of shown.models) {
      if (input + output + cacheRead === 0) continue;
      expect(recount.own.models[model]?.tokens).toMatchObject({ input, output, cacheRead });
    }
    const spans = toSpans(pieces, { sessionId: sessionIdOf(path), scope: "session" });
    const sent = (key: string) =>
      spans
        .filter(({ name }) => name === "claude_code.session.summary")
        .reduce((sum, { attributes }) => sum + Number(plainOf(attributes[key]) ?? 0), 0);
    expect(sent("ccotel.requests")).toBe(shown.requests);
    expect(sent("ccotel.failed_requests")).toBe(shown.failedRequests);
    expect(sent("ccotel.tool_calls")).toBe(shown.toolCalls);
    expect(sent("ccotel.turns")).toBe(shown.turns);
    expect(sent("ccotel.usage.output_tokens")).toBe(shown.output);
    expect(sent("ccotel.cost.usd")).toBeCloseTo(shown.costUsd ?? 0, 9);
    const named = (start: string) => spans.filter(({ name }) => name.startsWith(start)).length;
    expect(named("chat ")).toBe(shown.requests);
    expect(named("execute_tool ")).toBe(shown.toolCalls);
    expect(named("invoke_agent ")).toBe(shown.turns + shown.subagents);
  });
});

test("the sums of the runs, as they are sent, are the session's", () => {
  for (const path of recordings().flatMap(transcriptsOf)) {
    const pieces = readWhole(path);
    const runs = pieces.flatMap((piece) => (piece.type === "run_finished" ? [piece.summary.totals] : []));
    const ofTurns = { turns: 0, turnMs: 0, failedTurns: 0, interruptedTurns: 0, compactions: 0 };
    const all = countsOf(summarize(pieces).rows);
    expect({ ...countsOf(runs as Row[]), ...ofTurns }).toEqual({ ...all, ...ofTurns });
  }
});

test("a summary is the same in however many steps, and of however many parts, it is made", () => {
  const pieces = recordings()
    .slice(0, 12)
    .flatMap(transcriptsOf)
    .map((path) => readWhole(path));
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

test("rows are kept apart by the quarter of an hour, the project, the agent, the model and the tool", () => {
  const {
    rows,
    place,
    firstMs = 0,
  } = summarize(transcriptsOf(recording("03-subagent-nested")).flatMap((path) => readWhole(path)));
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

test("a summary survives JSON", () => {
  const summary = summarize(
    recordings()
      .flatMap(transcriptsOf)
      .flatMap((path) => readWhole(path)),
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

function plainOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}

/** Resumed processes of 2.0 clients leave empty files. */
function pathsOf(recorded: Recording): string[] {
  return transcriptsOf(recorded).filter((path) => statSync(path).size > 0);
}
