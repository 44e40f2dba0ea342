import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectedOf, recording } from "../../../test/support/recordings.ts";
import { eventually } from "../support/eventually.ts";
import { happenNow, LIVE } from "../support/live.ts";
import { startPrometheus } from "../support/monitoring/prometheus.ts";
import { freePort, has } from "../support/programs.ts";
import { startProxy } from "../support/proxy.ts";
import { started } from "../support/started.ts";
import {
  byTrace,
  expectSameSpans,
  expectTokensOfTheApi,
  expectWholeTraces,
} from "../support/stores/compare.ts";
import { startJaeger } from "../support/stores/jaeger.ts";
import { NATIVE_RECORDING, sendNative } from "../support/stores/native.ts";
import { costOf, startCollector, startFileBackend } from "../support/stores/otelcol.ts";
import { installation, RECORDINGS, ROOT, spansToSend, temporaryFolder } from "../support/tool.ts";

describe.skipIf(!has("otelcol"))("a Collector", () => {
  test("with file.yaml writes every span of all recordings with its parent, times, status, tokens and cost", async () => {
    const [backend, sent] = await Promise.all([started(startFileBackend()), spansToSend()]);
    await installation(backend.url).export();
    const stored = await eventually(() => {
      const { spans } = backend.received();
      expect(spans).toHaveLength(sent.length);
      return spans;
    });
    expectSameSpans(stored, sent);
    expectWholeTraces(stored);
    expectTokensOfTheApi(stored);
  });

  test("gets the same spans from the hook, turn by turn, as from an export", async () => {
    const backend = await started(startFileBackend());
    const live = await happenNow(LIVE, backend.url);
    const stored = await eventually(() => {
      const { spans } = backend.received();
      expect(spans).toHaveLength(live.spans.length);
      return spans;
    });
    expectSameSpans(stored, live.spans);
    expectWholeTraces(stored);
  });

  test("that is killed while its backend is down forwards everything once both are back", async () => {
    const env = { BACKEND: `http://127.0.0.1:${await freePort()}`, QUEUE_FOLDER: temporaryFolder() };
    const sent = await spansToSend();
    const before = await started(startCollector("otlp.yaml", env));
    const machine = installation(before.url);
    await machine.export();
    // Kill it at once: acknowledged data must already be on disk.
    await before.stop();
    const backend = await started(startFileBackend(Number(new URL(env.BACKEND).port)));
    await started(startCollector("otlp.yaml", env));
    const stored = await eventually(() => {
      const { spans } = backend.received();
      expect(spans.length).toBeGreaterThanOrEqual(sent.length);
      return spans;
    });
    expectSameSpans(stored, sent);
  });

  test("sends the machines' deltas to delta backends without a loss", async () => {
    const backend = await started(startFileBackend());
    const env = { DATADOG_OTLP: backend.url, DATADOG_API_KEY: "key" };
    const collector = await started(startCollector("datadog.yaml", env));
    const machine = installation(collector.url, { env: { CCOTEL_METRICS_TEMPORALITY: "delta" } });
    await machine.export(undefined, ["--metrics"]);
    const sent = await spansToSend();
    await eventually(() => expect(costOf(backend.received().points)).toBeCloseTo(costOf(sent), 9));
    // A gauge has no temporality.
    const points = backend.received().points.filter(({ metric }) => metric !== "ccotel.backlog.age");
    for (const { metric, temporality } of points) expect(temporality, metric).toBe("delta");
  });

  test("adds only the native cost that no transcript has, so that both together are the client's total", async () => {
    const backend = await started(startFileBackend());
    const collector = await started(startCollector("otlp.yaml", { BACKEND: backend.url }));
    await installation(collector.url).export([join(RECORDINGS, NATIVE_RECORDING)], ["--metrics"]);
    await sendNative(collector.url, "metrics");
    const { totalCostUSD } = expectedOf(recording(NATIVE_RECORDING));
    const [bill = 0] = Object.values(totalCostUSD);
    expect(bill).toBeGreaterThan(0);
    await eventually(() => expect(costOf(backend.received().points)).toBeCloseTo(bill, 9));
  });

  test("keeps the session id of native points, and ccotel's points have none", async () => {
    const backend = await started(startFileBackend());
    const collector = await started(startCollector("otlp.yaml", { BACKEND: backend.url }));
    await installation(collector.url).export([join(RECORDINGS, NATIVE_RECORDING)], ["--metrics"]);
    await sendNative(collector.url, "metrics");
    await eventually(() => expect(nativeAndOurs(backend.received().points).native.length).toBeGreaterThan(0));
    const { native, ours } = nativeAndOurs(backend.received().points);
    expect(ours.length).toBeGreaterThan(0);
    for (const { attributes, resource } of ours) {
      expect({ ...attributes, ...resource }).not.toHaveProperty(["session.id"]);
    }
    for (const { attributes } of native) expect(attributes).toHaveProperty(["session.id"]);
  });
});

describe.skipIf(!has("otelcol", "jaeger"))("a Collector with jaeger.yaml in front of Jaeger", () => {
  test("adds a host to every span, so that Jaeger has no warnings", async () => {
    const [jaeger, sent] = await Promise.all([started(startJaeger("memory.yaml")), spansToSend()]);
    const collector = await started(startCollector("jaeger.yaml", { JAEGER: jaeger.url }));
    await installation(collector.url).export();
    const stored = await eventually(async () => {
      const spans = await jaeger.spans();
      expect(spans).toHaveLength(sent.length);
      return spans;
    });
    expectSameSpans(stored, sent, { precision: "us" });
    for (const { resource } of stored) expect(resource["host.id"]).toBe(resource["service.instance.id"]);
    for (const traceId of byTrace(sent).keys()) {
      for (const [spanId, warnings] of await jaeger.warnings(traceId)) {
        expect(warnings, `${traceId}/${spanId}`).toEqual([]);
      }
    }
  });

  test("stores nothing twice if answers are lost and requests are sent again", async () => {
    const [jaeger, sent] = await Promise.all([started(startJaeger("memory.yaml")), spansToSend()]);
    const collector = await started(startCollector("jaeger.yaml", { JAEGER: jaeger.url }));
    const proxy = await startProxy(collector.url, { losesAnswers: 2 });
    try {
      await installation(proxy.url).export();
      expect(proxy.lost()).toBe(2);
    } finally {
      await proxy.close();
    }
    await eventually(async () => expectSameSpans(await jaeger.spans(), sent, { precision: "us" }));
  });
});

describe.skipIf(!has("otelcol", "jaeger", "prometheus"))(
  "a Collector with two files, as in compose.yaml",
  () => {
    test("gives traces to Jaeger and metrics to Prometheus", async () => {
      const [jaeger, prometheus, sent] = await Promise.all([
        started(startJaeger("badger.yaml", temporaryFolder())),
        started(startPrometheus([], join(ROOT, "collector-config/prometheus/prometheus.yaml"))),
        spansToSend(),
      ]);
      const env = { JAEGER: jaeger.url, PROMETHEUS: new URL(prometheus.url).origin };
      const collector = await started(startCollector(["jaeger.yaml", "prometheus.yaml"], env));
      await installation(collector.url).export(undefined, ["--metrics"]);
      await eventually(async () => {
        expect(await jaeger.spans()).toHaveLength(sent.length);
        const cost = await prometheus.query("sum(ccotel_cost_USD_total)", Date.now());
        expect(Object.values(cost)[0]).toBeCloseTo(costOf(sent), 9);
      });
      expectSameSpans(await jaeger.spans(), sent, { precision: "us" });
    });
  },
);

function nativeAndOurs<P extends { metric: string }>(points: P[]): { native: P[]; ours: P[] } {
  const isNative = ({ metric }: P) => metric.startsWith("claude_code.");
  return { native: points.filter(isNative), ours: points.filter((point) => !isNative(point)) };
}
