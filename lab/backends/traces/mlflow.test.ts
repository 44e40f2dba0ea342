import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { happenNow, LIVE } from "../support/live.ts";
import { has } from "../support/programs.ts";
import { startProxy, type WatchedProxy } from "../support/proxy.ts";
import {
  byTrace,
  expectSameSpans,
  expectTokensOfTheApi,
  expectWholeTraces,
  sessionsIn,
  tracesOf,
  withoutAdvisors,
} from "../support/stores/compare.ts";
import { MLFLOW_HEADERS, type Mlflow, startMlflow } from "../support/stores/mlflow.ts";
import { costOf } from "../support/stores/otelcol.ts";
import type { StoredSpan } from "../support/stores/stored.ts";
import { installation, spansToSend } from "../support/tool.ts";

describe.skipIf(!has("mlflow"))("MLflow", () => {
  const env = { CCOTEL_DIALECT: "mlflow" };
  let mlflow: Mlflow;
  let sent: StoredSpan[];
  let machine: ReturnType<typeof installation>;
  let proxy: WatchedProxy;
  beforeAll(async () => {
    [mlflow, sent] = await Promise.all([startMlflow(), spansToSend(undefined, env)]);
    proxy = await startProxy(mlflow.url, { losesAnswers: 2 });
    machine = installation(proxy.url, { headers: MLFLOW_HEADERS, env });
    await machine.export();
  });
  afterAll(async () => {
    await proxy?.close();
    await mlflow?.stop();
  });

  test("has every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = (await mlflow.traces()).flatMap(({ spans }) => spans);
    expectSameSpans(stored, sent, { except: PARSED });
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("lists each run of a session as a finished trace with its duration, and counts its tokens once", async () => {
    const traces = new Map((await mlflow.traces()).map((trace) => [trace.traceId, trace]));
    expect(traces.size).toBe(byTrace(sent).size);
    for (const [traceId, spans] of byTrace(sent)) {
      const trace = traces.get(traceId);
      expect(trace?.state).toBe("OK");
      const startMs = Math.min(...spans.map(({ startNs }) => msOf(startNs)));
      const endMs = Math.max(...spans.map(({ endNs }) => msOf(endNs)));
      expect(trace?.durationMs).toBe(endMs - startMs);
      const sum = (name: string) =>
        // MLflow does not count chats below another chat, that is, an advisor's.
        withoutAdvisors(spans).reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
      const input = sum("gen_ai.usage.input_tokens");
      if (input > 0) {
        expect(trace?.tokens).toMatchObject({
          input_tokens: input,
          output_tokens: sum("gen_ai.usage.output_tokens"),
          cache_read_input_tokens: sum("gen_ai.usage.cache_read.input_tokens"),
          cache_creation_input_tokens: sum("gen_ai.usage.cache_creation.input_tokens"),
        });
      }
    }
  });

  test("groups the runs of a session under the session's id", async () => {
    for (const sessionId of sessionsIn(sent)) {
      expect(await mlflow.find(sessionId)).toEqual(tracesOf(sessionId, sent));
    }
  });

  test("shows and sums the cost of each request", async () => {
    const traces = await mlflow.traces();
    const costs = new Map(traces.map(({ traceId, cost }) => [traceId, cost?.total_cost ?? 0]));
    for (const [traceId, spans] of byTrace(sent)) {
      expect(costs.get(traceId), traceId).toBeCloseTo(costOf(withoutAdvisors(spans)), 9);
    }
  });

  test("stores nothing twice if answers are lost and everything is sent again", async () => {
    expect(proxy.lost()).toBe(2);
    await machine.export(undefined, ["--resend"]);
    const traces = await mlflow.traces();
    expect(traces).toHaveLength(byTrace(sent).size);
    expectSameSpans(
      traces.flatMap(({ spans }) => spans),
      sent,
      { except: PARSED },
    );
  });

  test("gets the same spans from the hook, turn by turn, as from an export", async () => {
    const live = await happenNow(LIVE, mlflow.url, { headers: MLFLOW_HEADERS, env });
    const traces = (await mlflow.traces()).filter(({ session }) => session === live.sessionId);
    const stored = traces.flatMap(({ spans }) => spans);
    expectSameSpans(stored, live.spans, { except: PARSED });
    expectWholeTraces(stored);
  });
});

/** Attributes that ccotel sends as JSON in a string, and MLflow parses. */
const PARSED = ["mlflow.llm.cost"];

function msOf(ns: bigint): number {
  return Number(ns / 1_000_000n);
}
