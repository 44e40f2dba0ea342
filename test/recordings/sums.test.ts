import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Audit, auditSessions } from "../../src/audit/audit.ts";
import { totalsOf } from "../../src/report/totals.ts";
import { summarize } from "../../src/session/sums/summary.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { auditedOf } from "../support/audit-files.ts";
import { readWhole } from "../support/read-files.ts";
import { type Recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

describe.each(recordings())("the sums of $name", (recorded) => {
  const paths = pathsOf(recorded);
  test.each(paths)("are the same in show, audit, the summary span and the metrics: %s", async (path) => {
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
    const counted = (name: string) =>
      observe(pieces)
        .filter(({ instrument }) => instrument === name)
        .reduce((sum, { value }) => sum + value, 0);
    expect(counted("ccotel.turns")).toBe(shown.turns);
    expect(counted("ccotel.tool.calls")).toBe(shown.toolCalls);
    expect(counted("ccotel.cost")).toBeCloseTo(shown.costUsd ?? 0, 9);
    expect(counted("ccotel.compactions")).toBe(shown.compactions);
    expect(counted("ccotel.api.errors")).toBe(shown.failedRequests);
    const named = (start: string) => spans.filter(({ name }) => name.startsWith(start)).length;
    expect(named("chat ")).toBe(shown.requests);
    expect(named("execute_tool ")).toBe(shown.toolCalls);
    expect(named("invoke_agent ")).toBe(shown.turns + shown.subagents);
  });
});

function plainOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "value" in value ? value.value : value;
}

/** Resumed processes of 2.0 clients leave empty files. */
function pathsOf(recorded: Recording): string[] {
  return transcriptsOf(recorded).filter((path) => statSync(path).size > 0);
}
