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
  tracesOf,
} from "../support/stores/compare.ts";
import { type Jaeger, startJaeger } from "../support/stores/jaeger.ts";
import type { StoredSpan } from "../support/stores/stored.ts";
import { installation, spansToSend, temporaryFolder } from "../support/tool.ts";

describe.skipIf(!has("jaeger"))("Jaeger with memory.yaml", () => {
  const env = { CCOTEL_DIALECT: "jaeger" };
  let jaeger: Jaeger;
  let sent: StoredSpan[];
  let machine: ReturnType<typeof installation>;
  let proxy: WatchedProxy;
  beforeAll(async () => {
    [jaeger, sent] = await Promise.all([startJaeger("memory.yaml"), spansToSend(undefined, env)]);
    proxy = await startProxy(jaeger.url, { losesAnswers: 2 });
    machine = installation(proxy.url, { env });
    await machine.export();
    await eventually(async () => expect(await jaeger.spans()).toHaveLength(sent.length));
  });
  afterAll(async () => {
    await proxy?.close();
    await jaeger?.stop();
  });

  test("has every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const stored = await jaeger.spans();
    expectSameSpans(stored, sent, { precision: "us" });
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("shows them under the service claude-code", async () => {
    expect(await jaeger.services()).toEqual(["claude-code"]);
  });

  test("finds the runs of a session by session.id", async () => {
    for (const sessionId of sessionsIn(sent)) {
      expect(await jaeger.find({ "session.id": sessionId })).toEqual(tracesOf(sessionId, sent));
    }
  });

  test("has no warnings, although turns and agents end after their parents", async () => {
    for (const traceId of byTrace(sent).keys()) {
      for (const [spanId, warnings] of await jaeger.warnings(traceId)) {
        expect(warnings, `${traceId}/${spanId}`).toEqual([]);
      }
    }
  });

  test("stores nothing twice if answers are lost and everything is sent again", async () => {
    expect(proxy.lost()).toBe(2);
    await machine.export(undefined, ["--resend"]);
    expectSameSpans(await jaeger.spans(), sent, { precision: "us" });
  });

  test("gets the same spans from the hook, turn by turn, as from an export", async () => {
    const live = await happenNow(LIVE, jaeger.url, { env });
    const stored = await eventually(async () => {
      const spans = await jaeger.spansOf(live.spans);
      expect(spans).toHaveLength(live.spans.length);
      return spans;
    });
    expectSameSpans(stored, live.spans, { precision: "us" });
    expectWholeTraces(stored);
  });
});

describe.skipIf(!has("jaeger"))("Jaeger with badger.yaml", () => {
  test("still has every span after a restart", async () => {
    const data = temporaryFolder();
    const sent = await spansToSend();
    const before = await startJaeger("badger.yaml", data);
    try {
      await installation(before.url).export();
      await eventually(async () => expect(await before.spans()).toHaveLength(sent.length));
    } finally {
      await before.stop();
    }
    const after = await startJaeger("badger.yaml", data);
    try {
      const stored = await after.spans();
      expectSameSpans(stored, sent, { precision: "us" });
      expectWholeTraces(stored);
    } finally {
      await after.stop();
    }
  });
});
