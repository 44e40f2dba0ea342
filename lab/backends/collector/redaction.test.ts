import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { has, type Running } from "../support/programs.ts";
import { expectSameSpans } from "../support/stores/compare.ts";
import { type Backend, startCollector, startFileBackend } from "../support/stores/otelcol.ts";
import { installation, spansToSend } from "../support/tool.ts";

/** Invented secrets. */
const SECRETS = [
  "sk-ant-api03-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "sk-proj-BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
  "ghp_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC",
  "AKIADDDDDDDDDDDDDDDD",
  "xoxb-1234567890-EEEEEEEEEE",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmYWtlIn0.FFFFFFFFFFFFFFFF",
  "-----BEGIN RSA PRIVATE KEY-----\nGGGGGGGG\n-----END RSA PRIVATE KEY-----",
];

describe.skipIf(!has("otelcol"))("redaction at a Collector", () => {
  const running: Running[] = [];
  let backend: Backend;
  const collectorWith = async (file: string) => {
    const collector = await startCollector(file, { BACKEND: backend.url });
    running.push(collector);
    return collector.url;
  };
  beforeEach(async () => {
    backend = await startFileBackend();
    running.push(backend);
  });
  afterEach(async () => {
    for (const program of running.splice(0)) await program.stop();
  });

  test.each(["otlp.yaml", "redaction.yaml"])("%s masks secrets in every place", async (file) => {
    const url = await collectorWith(file);
    // An attribute name that both files allow.
    const said = SECRETS.map((secret) => ({
      key: "ccotel.project",
      value: { stringValue: `a ${secret} b` },
    }));
    const spans = said.map((attribute, index) => spanWith(index, [attribute]));
    await post(url, "traces", { resourceSpans: [{ resource: {}, scopeSpans: [{ spans }] }] });
    const logRecords = said.map((attribute) => ({ attributes: [{ ...attribute, key: "model" }] }));
    await post(url, "logs", { resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords }] }] });
    const { spans: stored, events } = await eventually(() => {
      const received = backend.received();
      expect(received.spans).toHaveLength(SECRETS.length);
      expect(received.events).toHaveLength(SECRETS.length);
      return received;
    });
    for (const { attributes } of stored) expect(attributes["ccotel.project"]).toMatch(/^a \*{4} b$/);
    for (const event of events) expect(event.model).toMatch(/^a \*{4} b$/);
  });

  test("redaction.yaml removes nothing from telemetry without content", async () => {
    const sent = await spansToSend();
    await installation(await collectorWith("redaction.yaml")).export();
    const stored = await eventually(() => {
      const { spans } = backend.received();
      expect(spans).toHaveLength(sent.length);
      return spans;
    });
    expectSameSpans(stored, sent);
    expect(new Set(stored.flatMap(({ resource }) => Object.keys(resource)))).toEqual(
      new Set([
        "service.name",
        "service.version",
        "service.instance.id",
        "telemetry.distro.name",
        "telemetry.distro.version",
      ]),
    );
  });

  test("redaction.yaml removes all content of every level", async () => {
    const [bare, full] = await Promise.all([
      spansToSend(),
      spansToSend(undefined, { CCOTEL_CONTENT: "full" }),
    ]);
    expect(namesIn(full).length).toBeGreaterThan(namesIn(bare).length);
    const env = { CCOTEL_CONTENT: "full" };
    await installation(await collectorWith("redaction.yaml"), { env }).export();
    await eventually(() => {
      const { spans } = backend.received();
      expect(spans).toHaveLength(full.length);
      expect(namesIn(spans)).toEqual(namesIn(bare));
    });
  });

  test("redaction.yaml removes the user, account and organization", async () => {
    const url = await collectorWith("redaction.yaml");
    const attributes = ["user.email", "user.account_uuid", "organization.id", "model"].map((key) => ({
      key,
      value: { stringValue: "someone" },
    }));
    const timeUnixNano = `${Date.now()}000000`;
    const sum = {
      aggregationTemporality: 1,
      isMonotonic: true,
      dataPoints: [{ attributes, asDouble: 1, timeUnixNano }],
    };
    const metrics = [{ name: "claude_code.lines_of_code.count", sum }];
    await post(url, "metrics", { resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics }] }] });
    const logRecords = [{ attributes: [...attributes, { key: "prompt", value: { stringValue: "said" } }] }];
    await post(url, "logs", { resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords }] }] });
    await eventually(() => {
      const { points, events } = backend.received();
      expect(points.map((point) => point.attributes)).toEqual([{ model: "someone" }]);
      expect(events).toEqual([{ model: "someone" }]);
    });
  });
});

function spanWith(index: number, attributes: unknown[]) {
  const startTimeUnixNano = `${Date.now()}000000`;
  const hex = (index + 1).toString(16);
  return {
    traceId: hex.padStart(32, "0"),
    spanId: hex.padStart(16, "0"),
    name: "chat",
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano,
    attributes,
  };
}

async function post(url: string, signal: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

function namesIn(spans: { attributes: Record<string, unknown> }[]): string[] {
  return [...new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)))].sort();
}
