import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { happenNow, LIVE } from "../support/live.ts";
import { has } from "../support/programs.ts";
import { startProxy, type WatchedProxy } from "../support/proxy.ts";
import {
  byTrace,
  expectSameSpans,
  expectTokensOfTheApi,
  expectWholeTraces,
  sessionsIn,
  shareOfEqualCosts,
  tracesOf,
} from "../support/stores/compare.ts";
import { type Phoenix, startPhoenix } from "../support/stores/phoenix.ts";
import type { StoredSpan } from "../support/stores/stored.ts";
import { installation, spansToSend } from "../support/tool.ts";

describe.skipIf(!has("phoenix"))("Phoenix", () => {
  const env = { CCOTEL_DIALECT: "openinference" };
  let phoenix: Phoenix;
  let sent: StoredSpan[];
  let machine: ReturnType<typeof installation>;
  let proxy: WatchedProxy;
  beforeAll(async () => {
    [phoenix, sent] = await Promise.all([startPhoenix(), spansToSend(undefined, env)]);
    proxy = await startProxy(phoenix.url, { losesAnswers: 2 });
    machine = installation(proxy.url, { env });
    await machine.export();
    // Phoenix stores accepted spans with a delay.
    await eventually(async () => expect(await phoenix.spans()).toHaveLength(sent.length), 90_000);
  });
  afterAll(async () => {
    await proxy?.close();
    await phoenix?.stop();
  });

  test("has every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = await phoenix.spans();
    expectSameSpans(stored, sent, { precision: "ms", except: READ });
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("shows the kind of each span", async () => {
    const kinds = new Map<string, Set<string>>();
    for (const { name, kind } of await phoenix.spans()) {
      const first = name.split(" ")[0] ?? "";
      kinds.set(first, (kinds.get(first) ?? new Set()).add(kind));
    }
    expect(Object.fromEntries([...kinds].map(([name, seen]) => [name, [...seen]]))).toEqual({
      chat: ["LLM"],
      execute_tool: ["TOOL"],
      invoke_agent: ["AGENT"],
      "claude_code.session": ["CHAIN"],
      "claude_code.session.summary": ["CHAIN"],
      "claude_code.compaction": ["CHAIN"],
    });
  });

  test("lists each run of a session as a trace with its duration, and counts its tokens once", async () => {
    const traces = new Map((await phoenix.traces()).map((trace) => [trace.traceId, trace]));
    expect(traces.size).toBe(byTrace(sent).size);
    for (const [traceId, spans] of byTrace(sent)) {
      const { startMs, endMs, tokens } = traces.get(traceId) ?? {};
      expect(startMs).toBe(Math.min(...spans.map(({ startNs }) => msOf(startNs))));
      expect(endMs).toBe(Math.max(...spans.map(({ endNs }) => msOf(endNs))));
      expect(tokens).toEqual(tokensOf(spans));
    }
  });

  test("groups the runs of a session under Sessions", async () => {
    const sessions = await phoenix.sessions();
    expect([...sessions.keys()].sort()).toEqual(sessionsIn(sent));
    for (const [sessionId, session] of sessions) {
      const spans = sent.filter(({ attributes }) => attributes["session.id"] === sessionId);
      expect(session).toEqual({ traceIds: tracesOf(sessionId, sent), tokens: tokensOf(spans) });
    }
  });

  test("computes its own prices, which equal ccotel's for more than 95 % of the requests", async () => {
    const costs = await eventually(async () => {
      const known = await phoenix.costs();
      expect(known.size).toBeGreaterThan(0);
      return known;
    });
    expect(shareOfEqualCosts(costs, sent)).toBeGreaterThan(0.95);
  });

  test("stores nothing twice if answers are lost and everything is sent again", async () => {
    expect(proxy.lost()).toBe(2);
    await machine.export(undefined, ["--resend"]);
    // Phoenix stores accepted spans with a delay, in order of arrival. Once a later session is stored, all spans are.
    const live = await happenNow(LIVE, phoenix.url, { env });
    const all = [...sent, ...live.spans];
    await eventually(async () => {
      const stored = await phoenix.spans();
      const last = stored.filter(({ attributes }) => attributes["session.id"] === live.sessionId);
      expect(last).toHaveLength(live.spans.length);
    }, 90_000);
    expectSameSpans(await phoenix.spans(), all, { precision: "ms", except: READ });
    expect(await phoenix.traces()).toHaveLength(byTrace(all).size);
  });

  test("gets the same spans from the hook, turn by turn, as from an export", async () => {
    const live = await happenNow(LIVE, phoenix.url, { env });
    const stored = await eventually(async () => {
      const all = await phoenix.spans();
      const spans = all.filter(({ attributes }) => attributes["session.id"] === live.sessionId);
      expect(spans).toHaveLength(live.spans.length);
      return spans;
    });
    expectSameSpans(stored, live.spans, { precision: "ms", except: READ });
    expectWholeTraces(stored);
  });
});

/** Attributes that Phoenix shows as the span's kind and does not store as attributes. */
const READ = ["openinference.span.kind"];

function msOf(ns: bigint): number {
  return Number(ns / 1_000_000n);
}

function tokensOf(spans: StoredSpan[]) {
  const sum = (name: string) =>
    spans.reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
  return { prompt: sum("gen_ai.usage.input_tokens"), completion: sum("gen_ai.usage.output_tokens") };
}
