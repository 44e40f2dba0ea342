import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  byTrace,
  expectSameSpans,
  expectTokensOfTheApi,
  expectWholeTraces,
  sessionsIn,
  shareOfEqualCosts,
  tracesOf,
} from "./support/compare.ts";
import { type LossyProxy, loseAnswers } from "./support/lost-answers.ts";
import { MLFLOW_HEADERS, type Mlflow, startMlflow } from "./support/mlflow.ts";
import { has } from "./support/programs.ts";
import type { StoredSpan } from "./support/stored.ts";
import { installation, spansToSend } from "./support/tool.ts";

describe.skipIf(!has("mlflow"))("MLflow", () => {
  let mlflow: Mlflow;
  let sent: StoredSpan[];
  let machine: ReturnType<typeof installation>;
  let proxy: LossyProxy;
  beforeAll(async () => {
    [mlflow, sent] = await Promise.all([startMlflow(), spansToSend()]);
    proxy = await loseAnswers(mlflow.url, 2);
    machine = installation(proxy.url, { headers: MLFLOW_HEADERS });
    await machine.export();
  });
  afterAll(async () => {
    await proxy?.close();
    await mlflow?.stop();
  });

  test("has every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = (await mlflow.traces()).flatMap(({ spans }) => spans);
    expectSameSpans(stored, sent);
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("lists each run of a session as a trace, finished, with its length and its tokens, counted once", async () => {
    const traces = new Map((await mlflow.traces()).map((trace) => [trace.traceId, trace]));
    expect(traces.size).toBe(byTrace(sent).size);
    for (const [traceId, spans] of byTrace(sent)) {
      const trace = traces.get(traceId);
      expect(trace?.state).toBe("OK");
      const startMs = Math.min(...spans.map(({ startNs }) => msOf(startNs)));
      const endMs = Math.max(...spans.map(({ endNs }) => msOf(endNs)));
      expect(trace?.durationMs).toBe(endMs - startMs);
      const sum = (name: string) =>
        spans.reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
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

  test("prices requests itself: as we do, but without what it does not know of", async () => {
    const spans = (await mlflow.traces()).flatMap((trace) => trace.spans);
    const costs = spans.flatMap(({ spanId, attributes }) => {
      const cost = attributes["mlflow.llm.cost"] as { total_cost: number } | undefined;
      return cost === undefined ? [] : [[spanId, cost.total_cost] as const];
    });
    expect(shareOfEqualCosts(new Map(costs), sent)).toBeGreaterThan(0.95);
  });

  test("has nothing twice, although answers got lost and all was sent again", async () => {
    expect(proxy.lost()).toBe(2);
    await machine.export(undefined, ["--resend"]);
    const traces = await mlflow.traces();
    expect(traces).toHaveLength(byTrace(sent).size);
    expectSameSpans(
      traces.flatMap(({ spans }) => spans),
      sent,
    );
  });
});

function msOf(ns: bigint): number {
  return Number(ns / 1_000_000n);
}
