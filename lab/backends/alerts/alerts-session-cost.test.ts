import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countsOf } from "../../../src/session/sums/rows.ts";
import { summarize } from "../../../src/session/sums/summary.ts";
import { readWhole } from "../../../test/support/read-files.ts";
import { OPTIONS, recordings, sessionIdOf, transcriptsOf } from "../../../test/support/recordings.ts";
import { eventually } from "../support/eventually.ts";
import { happenNow, LIVE } from "../support/live.ts";
import { alertsOf, monitoring } from "../support/monitoring/monitoring.ts";
import { type Prometheus, startPrometheus } from "../support/monitoring/prometheus.ts";
import { has, pathOf } from "../support/programs.ts";
import { started } from "../support/started.ts";
import {
  type Collector,
  collectorFile,
  costOf,
  SESSION_COST,
  startCollector,
} from "../support/stores/otelcol.ts";
import type { OtlpTraces } from "../support/stores/stored.ts";
import { ccotel, type Env, installation, RECORDINGS, ROOT, temporaryFolder } from "../support/tool.ts";

/** Settings that include all recordings, which are old and cheap. */
const ALL: Env = { NOT_OLDER_THAN: "8760h", CHEAPER_THAN: "0.0" };

function collectorInFrontOf(prometheus: Prometheus, env: Env = {}): Promise<Collector> {
  const origin = { PROMETHEUS: new URL(prometheus.url).origin };
  return started(startCollector(SESSION_COST, { ...origin, ...env }, undefined, "otelcol-sessions"));
}

/** Cost of each recorded session in the transcripts, without sessions that cost nothing. */
function costs(): Map<string, number> {
  const sums = new Map<string, number>();
  for (const path of recordings().flatMap(transcriptsOf)) {
    const cost = countsOf(summarize(readWhole(path, OPTIONS)).rows).costUsd;
    if (cost > 0) sums.set(sessionIdOf(path), (sums.get(sessionIdOf(path)) ?? 0) + cost);
  }
  return sums;
}

const SUM = "sum by (session_id) (max_over_time(ccotel_session_cost_USD_total[1d]))";

/** Cost of each session in Prometheus. */
async function counted(prometheus: Prometheus): Promise<Map<string, number>> {
  const answer = await prometheus.query(SUM, Date.now());
  return new Map(Object.entries(answer).map(([labels, cost]) => [labels.replace("session_id=", ""), cost]));
}

function expectSame(actual: Map<string, number>, expected: Map<string, number>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [id, cost] of expected) expect(Math.abs((actual.get(id) ?? 0) - cost), id).toBeLessThan(1e-6);
}

describe.skipIf(!has("otelcol-sessions", "prometheus"))("a Collector with session-cost.yaml", () => {
  test("has the cost of each session as in its transcript", async () => {
    const prometheus = await started(startPrometheus());
    const collector = await collectorInFrontOf(prometheus, ALL);
    await installation(collector.url).export();
    await eventually(async () => expectSame(await counted(prometheus), costs()));
  });

  test("sends the name of the machine, and only sessions above CHEAPER_THAN", async () => {
    const prometheus = await started(startPrometheus());
    const dearest = [...costs()].sort(([, a], [, b]) => b - a).slice(0, 3);
    const floor = String((dearest.at(-1)?.[1] ?? 0) - 1e-9);
    const collector = await collectorInFrontOf(prometheus, { ...ALL, CHEAPER_THAN: floor });
    await installation(collector.url).export();
    await eventually(async () => expectSame(await counted(prometheus), new Map(dearest)));
    const machines = await prometheus.query(
      `count by (job, instance) (${SUM.replace("by (", "by (job, instance, ")})`,
      Date.now(),
    );
    expect(Object.keys(machines)).toEqual([
      expect.stringMatching(/^instance=[0-9a-f-]{36} job=claude-code$/),
    ]);
  });

  test("and a second one, one of them restarted, have parts of a session that add up", async () => {
    const prometheus = await started(startPrometheus());
    const requests = await requestsOfAll();
    const third = (part: number) => requests.map((request) => everyThird(request, part));
    const [one, two] = await Promise.all([0, 1].map(() => collectorInFrontOf(prometheus, ALL)));
    await send(one, third(0));
    await send(two, third(1));
    const delivered = await eventually(async () => {
      const { size } = await counted(prometheus);
      expect(size).toBeGreaterThan(30);
      return size;
    });
    expect(delivered).toBeLessThanOrEqual(costs().size);
    await one?.stop();
    await send(await collectorInFrontOf(prometheus, ALL), third(2));
    // The cost that the first Collector sent stays, although the second one starts at zero.
    await eventually(async () => expectSame(await counted(prometheus), costs()));
  });

  test("counts a live session, and none that is exported hours later", async () => {
    const prometheus = await started(startPrometheus());
    const collector = await collectorInFrontOf(prometheus, { CHEAPER_THAN: "0.0", NOT_OLDER_THAN: "10m" });
    await installation(collector.url).export();
    const live = await happenNow(LIVE, collector.url);
    await eventually(async () =>
      expectSame(await counted(prometheus), new Map([[live.sessionId, costOf(live.spans)]])),
    );
  });

  test("makes the alert fire only for a session above the limit", async () => {
    const [[dearest, cost] = ["", 0], [, second] = ["", 0]] = [...costs()].sort(([, a], [, b]) => b - a);
    const limit = (cost + second) / 2;
    // The recordings cost cents, so lower the limit. Evaluate the rule each second.
    const rules = (text: string) =>
      text
        .replace("interval: 1m\n    query_offset: 0s", "interval: 1s\n    query_offset: 0s")
        .replace("[1d])) > 20", `[1d])) > ${limit}`);
    const prometheus = await started(startPrometheus([], monitoring({ rules })));
    const collector = await collectorInFrontOf(prometheus, ALL);
    await installation(collector.url).export();
    await eventually(async () => expectSame(await counted(prometheus), costs()));
    const [alert, ...others] = await eventually(async () => {
      const alerts = await alertsOf(prometheus);
      expect(alerts).not.toEqual([]);
      return alerts;
    });
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ state: "firing", labels: { session_id: dearest, job: "claude-code" } });
    expect(Math.abs(Number(alert?.value) - cost)).toBeLessThan(1e-6);
    expect(alert?.annotations.summary).toBe(`A session of Claude Code cost ${cost.toFixed(2)} USD`);
    expect(alert?.annotations.description).toContain(
      `${dearest} on the installation ${alert?.labels.instance}.`,
    );
  });
});

test("components of session-cost.yaml are the same as those with these names in other files", () => {
  const blocks = (name: string) =>
    new Map(
      [
        ...readFileSync(collectorFile(name), "utf8").matchAll(/\n {2}([\w/]+):\n((?: {4}.*\n|\n(?= {4}))+)/g),
      ].map(([, block = "", text = ""]) => [
        block,
        text.replaceAll(/ *#.*\n/g, "").replace(/ +max_size: .*\n/, ""),
      ]),
    );
  const others = blocks("prometheus.yaml");
  const shared = [...blocks(SESSION_COST)].filter(([name]) => others.has(name) && name !== "pipelines");
  expect(shared.map(([name]) => name)).toEqual([
    "otlp",
    "memory_limiter",
    "otlp_http/prometheus",
    "health_check",
    "file_storage/queue",
    "telemetry",
  ]);
  for (const [name, text] of shared) expect(text, name).toBe(others.get(name));
});

describe.skipIf(!has("otelcol"))("session-cost.yaml with other files", () => {
  // The Collector of this version lacks the connector. Replace it by another one that makes metrics from spans.
  const withAnotherConnector = () => {
    const text = readFileSync(collectorFile(SESSION_COST), "utf8")
      .replace(/(?<=connectors:\n)[\s\S]*?(?=\nprocessors:)/, "  signal_to_metrics/session_cost: {}\n")
      .replaceAll("signal_to_metrics/session_cost", "span_metrics/session_cost");
    const edited = join(temporaryFolder(), "session-cost.yaml");
    writeFileSync(edited, text);
    return edited;
  };
  const validate = (files: string[]) =>
    execFileSync(pathOf("otelcol"), ["validate", ...files.flatMap((file) => ["--config", file])], {
      stdio: "pipe",
    });

  test.each(["jaeger.yaml", "tempo.yaml"])(
    "is one valid configuration with prometheus.yaml and %s",
    (traces) => {
      const files = [collectorFile(traces), collectorFile("prometheus.yaml"), withAnotherConnector()];
      // In any order.
      for (const given of [files, files.toReversed()]) expect(() => validate(given)).not.toThrow();
    },
  );

  test("is one valid configuration before the first tier of a gateway", () => {
    const balancer = join(ROOT, "collector-config/gateway/balancer.yaml");
    expect(() => validate([withAnotherConnector(), balancer])).not.toThrow();
  });
});

/** The OTLP requests of an export of all recordings. */
async function requestsOfAll(): Promise<OtlpTraces[]> {
  const { stdout } = await ccotel(["export", RECORDINGS, "--dry-run"], { home: temporaryFolder() });
  const lines = stdout.split("\n").filter((line) => line.startsWith('{"resourceSpans"'));
  return lines.map((line) => JSON.parse(line) as OtlpTraces);
}

/** A request with every third of its spans. */
function everyThird({ resourceSpans }: OtlpTraces, part: number): OtlpTraces {
  return {
    resourceSpans: resourceSpans.map((resource) => ({
      ...resource,
      scopeSpans: resource.scopeSpans.map(({ spans = [], ...scope }) => ({
        ...scope,
        spans: spans.filter((_, index) => index % 3 === part),
      })),
    })),
  };
}

async function send(collector: Collector | undefined, requests: OtlpTraces[]): Promise<void> {
  for (const request of requests) {
    const response = await fetch(`${collector?.url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }
}
