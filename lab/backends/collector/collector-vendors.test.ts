import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { has, type Running } from "../support/programs.ts";
import { startProxy, type WatchedProxy } from "../support/proxy.ts";
import { expectSameSpans } from "../support/stores/compare.ts";
import { NATIVE_HIDDEN_USD, type Signal, sendNative } from "../support/stores/native.ts";
import {
  type Backend,
  type Collector,
  costOf,
  startCollector,
  startFileBackend,
} from "../support/stores/otelcol.ts";
import type { StoredSpan } from "../support/stores/stored.ts";
import { type Env, installation, RECORDINGS, spansToSend } from "../support/tool.ts";

/** A few recordings that together contain every kind of data. */
const SOME = ["02-tools", "03-subagent-background", "04-compact-auto", "05-retry-529"].map((name) =>
  join(RECORDINGS, name),
);

interface Vendor {
  file: string;
  /** The environment variables that an operator sets. `url`: the vendor's address. */
  env: (url: string) => Env;
  /** Path and required headers of each signal at the vendor. The Collector does not send missing signals. */
  arrives: Partial<Record<Signal, { path: string; headers?: Env }>>;
  temporality?: "delta" | "cumulative";
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

const VENDORS: Vendor[] = [
  {
    file: "otlp.yaml",
    env: (url) => ({ BACKEND: url }),
    arrives: {
      traces: { path: "/v1/traces" },
      metrics: { path: "/v1/metrics" },
      logs: { path: "/v1/logs" },
    },
  },
  {
    file: "redaction.yaml",
    env: (url) => ({ BACKEND: url }),
    arrives: {
      traces: { path: "/v1/traces" },
      metrics: { path: "/v1/metrics" },
      logs: { path: "/v1/logs" },
    },
  },
  {
    file: "jaeger.yaml",
    env: (url) => ({ JAEGER: url }),
    arrives: { traces: { path: "/v1/traces" } },
  },
  {
    file: "tempo.yaml",
    env: (url) => ({ TEMPO: url }),
    arrives: { traces: { path: "/v1/traces" } },
  },
  {
    file: "prometheus.yaml",
    env: (url) => ({ PROMETHEUS: url }),
    arrives: { metrics: { path: "/api/v1/otlp/v1/metrics" } },
    temporality: "cumulative",
  },
  {
    file: "datadog.yaml",
    env: (url) => ({ DATADOG_OTLP: url, DATADOG_API_KEY: "dd-key" }),
    arrives: {
      traces: { path: "/v1/traces", headers: { "dd-api-key": "dd-key", "dd-otlp-source": "llmobs" } },
      metrics: { path: "/v1/metrics", headers: { "dd-api-key": "dd-key" } },
      logs: { path: "/v1/logs", headers: { "dd-api-key": "dd-key" } },
    },
    temporality: "delta",
  },
  {
    file: "honeycomb.yaml",
    env: (url) => ({ HONEYCOMB: url, HONEYCOMB_API_KEY: "hc-key" }),
    arrives: {
      traces: { path: "/v1/traces", headers: { "x-honeycomb-team": "hc-key" } },
      metrics: {
        path: "/v1/metrics",
        headers: { "x-honeycomb-team": "hc-key", "x-honeycomb-dataset": "claude-code-metrics" },
      },
      logs: { path: "/v1/logs", headers: { "x-honeycomb-team": "hc-key" } },
    },
    temporality: "delta",
  },
  {
    file: "newrelic.yaml",
    env: (url) => ({ NEW_RELIC: url, NEW_RELIC_LICENSE_KEY: "nr-key" }),
    arrives: {
      traces: { path: "/v1/traces", headers: { "api-key": "nr-key" } },
      metrics: { path: "/v1/metrics", headers: { "api-key": "nr-key" } },
      logs: { path: "/v1/logs", headers: { "api-key": "nr-key" } },
    },
    temporality: "delta",
  },
  {
    file: "grafana-cloud.yaml",
    env: (url) => ({
      GRAFANA_CLOUD: `${url}/otlp`,
      GRAFANA_CLOUD_INSTANCE: "123456",
      GRAFANA_CLOUD_TOKEN: "glc-token",
    }),
    arrives: {
      traces: { path: "/otlp/v1/traces", headers: { authorization: basic("123456:glc-token") } },
      metrics: { path: "/otlp/v1/metrics", headers: { authorization: basic("123456:glc-token") } },
      logs: { path: "/otlp/v1/logs", headers: { authorization: basic("123456:glc-token") } },
    },
    temporality: "cumulative",
  },
  {
    file: "dash0.yaml",
    env: (url) => ({ DASH0: url, DASH0_TOKEN: "d0-token" }),
    arrives: {
      traces: {
        path: "/v1/traces",
        headers: { authorization: "Bearer d0-token", "dash0-dataset": "default" },
      },
      metrics: {
        path: "/v1/metrics",
        headers: { authorization: "Bearer d0-token", "dash0-dataset": "default" },
      },
      logs: { path: "/v1/logs", headers: { authorization: "Bearer d0-token", "dash0-dataset": "default" } },
    },
    temporality: "cumulative",
  },
  {
    file: "langfuse.yaml",
    env: (url) => ({ LANGFUSE: url, LANGFUSE_PUBLIC_KEY: "pk-lf-1", LANGFUSE_SECRET_KEY: "sk-lf-1" }),
    arrives: {
      traces: {
        path: "/api/public/otel/v1/traces",
        headers: { authorization: basic("pk-lf-1:sk-lf-1"), "x-langfuse-ingestion-version": "4" },
      },
    },
  },
];

describe.skipIf(!has("otelcol"))("a Collector between machines and a vendor", () => {
  let backend: Backend;
  let proxy: WatchedProxy;
  let sent: StoredSpan[];
  const stops: Running[] = [];
  beforeAll(async () => {
    [backend, sent] = await Promise.all([startFileBackend(), spansToSend(SOME)]);
    proxy = await startProxy(backend.url);
  });
  afterEach(async () => {
    for (const running of stops.splice(0)) await running.stop();
  });
  afterAll(async () => {
    await proxy?.close();
    await backend?.stop();
  });

  test.each(VENDORS)(
    "$file forwards the signals that its vendor accepts, and additional native telemetry",
    async (vendor) => {
      backend.empty();
      proxy.requests.length = 0;
      const collector = await startCollector(vendor.file, vendor.env(proxy.url));
      stops.push(collector);
      const { traces, metrics, logs } = vendor.arrives;
      // The flag includes sessions in the metrics that no hook has reported.
      const flags = metrics === undefined ? [] : ["--metrics"];
      if (traces !== undefined) await installation(collector.url).export(SOME, flags);
      else await sendMetrics(collector, SOME);
      for (const signal of ["traces", "metrics", "logs"] as const) {
        const status = vendor.arrives[signal] === undefined ? 404 : 200;
        expect(new Set(await sendNative(collector.url, signal))).toEqual(new Set([status]));
      }

      const received = await eventually(() => {
        const all = backend.received();
        expect(all.spans).toHaveLength(traces === undefined ? 0 : sent.length);
        if (metrics !== undefined)
          expect(costOf(all.points)).toBeCloseTo(costOf(sent) + NATIVE_HIDDEN_USD, 9);
        expect(all.events.length > 0).toBe(logs !== undefined);
        return all;
      });
      if (traces !== undefined) expectSameSpans(received.spans, sent);
      expect(kindsOf(received.events)).toEqual(logs === undefined ? [] : KEPT_EVENTS);
      expect(nativeMetrics(received.points)).toEqual(metrics === undefined ? [] : KEPT_METRICS);
      if (vendor.temporality !== undefined) {
        const seen = new Set(received.points.flatMap(({ temporality }) => temporality ?? []));
        expect([...seen]).toEqual([vendor.temporality]);
      }
      expectArrivals(vendor, proxy);
    },
  );
});

const KEPT_EVENTS = ["api_request", "assistant_response", "compaction", "user_prompt"];
const KEPT_METRICS = ["claude_code.active_time.total", "claude_code.cost.usage", "claude_code.token.usage"];

function expectArrivals(vendor: Vendor, proxy: WatchedProxy): void {
  const paths = Object.values(vendor.arrives).map(({ path }) => path);
  expect([...new Set(proxy.requests.map(({ path }) => path))].sort()).toEqual(paths.sort());
  for (const { path, headers = {} } of Object.values(vendor.arrives)) {
    for (const request of proxy.requests.filter((candidate) => candidate.path === path)) {
      expect(request.headers).toMatchObject(headers);
    }
  }
}

/** Sends metrics to a Collector that accepts only metrics. The traces are dropped. */
async function sendMetrics(collector: Collector, paths: string[]): Promise<void> {
  const elsewhere = await startFileBackend();
  try {
    const env = { CCOTEL_METRICS_ENDPOINT: `${collector.url}/v1/metrics` };
    await installation(elsewhere.url, { env }).export(paths, ["--metrics"]);
  } finally {
    await elsewhere.stop();
  }
}

function kindsOf(events: Record<string, unknown>[]): unknown[] {
  return [...new Set(events.map((event) => event["event.name"]))].sort();
}

function nativeMetrics(points: { metric: string }[]): string[] {
  const names = points.map(({ metric }) => metric).filter((name) => name.startsWith("claude_code."));
  return [...new Set(names)].sort();
}
