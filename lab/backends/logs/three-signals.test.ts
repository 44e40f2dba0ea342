import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { freePort, has } from "../support/programs.ts";
import { startProxy } from "../support/proxy.ts";
import { started } from "../support/started.ts";
import { startJaeger } from "../support/stores/jaeger.ts";
import { startVictoriaLogs } from "../support/stores/victorialogs.ts";
import { startVictoriaMetrics } from "../support/stores/victoriametrics.ts";
import { installation, RECORDINGS } from "../support/tool.ts";

/** A recorded session with a failed request, a refusal, denials, a compaction, a limit, failing hooks and findings. */
const INCIDENT = [join(RECORDINGS, "incident")];

const FINDINGS = [
  "destroy.files",
  "destroy.git-force-push",
  "guard.bypass-mode",
  "network.pipe-to-shell",
  "secret.read",
];

describe.skipIf(!has("victoria-logs", "victoria-metrics", "jaeger"))("one session in three stores", () => {
  test("arrives once in each, also after outages, with the same ids", async () => {
    const [logsPort, jaeger, metrics] = await Promise.all([
      freePort(),
      started(startJaeger("memory.yaml")),
      started(startVictoriaMetrics()),
    ]);
    const logsUrl = `http://127.0.0.1:${logsPort}/insert/opentelemetry/v1/logs`;
    // Its first two answers are lost: the sender cannot know that the spans have arrived.
    const proxy = await started(
      startProxy(jaeger.url, { losesAnswers: 2 }).then((one) => ({ ...one, stop: () => one.close() })),
    );
    const machine = installation(proxy.url, {
      env: {
        CCOTEL_METRICS_ENDPOINT: metrics.url,
        CCOTEL_METRICS: "on",
        CCOTEL_LOGS_ENDPOINT: logsUrl,
        CCOTEL_LOGS: "on",
      },
    });
    // The log store is down.
    await expect(machine.export(INCIDENT, ["--metrics"])).rejects.toThrow("Nothing listens");
    const logs = await started(startVictoriaLogs(logsPort));
    await machine.export(INCIDENT, ["--metrics"]);
    await machine.export(INCIDENT);

    const records = await eventually(async () => {
      const found = await logs.records();
      expect(found.filter((record) => record["event.name"] === "ccotel.finding")).toHaveLength(
        FINDINGS.length,
      );
      return found;
    });
    const names = new Map<string, number>();
    for (const { "event.name": name = "" } of records) names.set(name, (names.get(name) ?? 0) + 1);
    expect(Object.fromEntries(names)).toEqual({
      "ccotel.api_error": 1,
      "ccotel.api_refusal": 1,
      "ccotel.compaction": 1,
      "ccotel.finding": 5,
      "ccotel.hook_failed": 3,
      "ccotel.limit_reached": 1,
      "ccotel.tool_denied": 2,
    });

    const spans = await jaeger.spans();
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    const bySpanId = new Map(spans.map((span) => [span.spanId, span]));
    for (const record of records) {
      const span = bySpanId.get(record.span_id ?? "");
      expect(span?.traceId).toBe(record.trace_id);
      expect(span?.attributes["session.id"]).toBe(record["session.id"]);
      for (const key of ["prompt.id", "tool_use_id"])
        if (record[key] !== undefined) expect(span?.attributes[key], key).toBe(record[key]);
    }

    const inLogs = records.flatMap((record) => record["ccotel.finding.id"] ?? []).sort();
    const onSpans = spans.flatMap(
      ({ attributes }) => (attributes["ccotel.findings"] as string[] | undefined) ?? [],
    );
    const counted = async (metric: string, by: string) => {
      const now = Date.now() + 60_000;
      return metrics.query(`sum by (${by}) (${metric})`, now);
    };
    expect(inLogs).toEqual(FINDINGS);
    expect(onSpans.sort()).toEqual(FINDINGS);
    expect(await counted("ccotel_findings_total", "ccotel_finding_id")).toEqual(
      Object.fromEntries(FINDINGS.map((id) => [`ccotel_finding_id=${id}`, 1])),
    );
    expect(await counted("ccotel_api_errors_total", "error_type")).toEqual({
      "error_type=invalid_request_error": 1,
    });
    expect(await counted("ccotel_compactions_total", "ccotel_compaction_trigger")).toEqual({
      "ccotel_compaction_trigger=auto": 1,
    });
    // At content level `none`, no store has a command, a path or a host.
    expect(JSON.stringify([records, spans.map(({ name, attributes }) => [name, attributes])])).not.toMatch(
      /acme\.invalid|\.env|acme-shop-old|lint/,
    );
  });
});
