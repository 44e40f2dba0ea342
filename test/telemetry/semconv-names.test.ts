import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { logsService, metricsService, traceService } from "../../src/collector/schema.ts";
import { loadConfig } from "../../src/config/load.ts";
import { encodeMetrics } from "../../src/otlp/encode-metrics.ts";
import { createSpanEncoder, encodeTraces } from "../../src/otlp/encode-spans.ts";
import { encodeLogs } from "../../src/otlp/logs-codec.ts";
import { createReadableLog, type LogEvent, toLogEvents } from "../../src/telemetry/logs/logs.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { metricsPayload } from "../../src/telemetry/metrics/payload.ts";
import { nextRequest } from "../../src/telemetry/metrics/request.ts";
import { addObservations, newMetricsState } from "../../src/telemetry/metrics/state.ts";
import {
  REMOVED_FROM_AGENTS,
  RENAMED_ATTRIBUTES,
  RENAMED_METRICS,
  TOKEN_METRICS,
} from "../../src/telemetry/semconv-names.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { readWhole } from "../support/read-files.ts";
import { recording, recordings, sessionIdOf, transcriptsOf } from "../support/recordings.ts";

const OLD_METRICS = [...Object.keys(RENAMED_METRICS), "gen_ai.client.token.usage"];
const NEW_METRICS = [
  ...Object.values(RENAMED_METRICS),
  ...Object.values(TOKEN_METRICS).flatMap((names) => Object.values(names)),
];

describe.each(recordings())("$name with the latest names", (recording) => {
  const all = transcriptsOf(recording).map((path) => ({
    pieces: readWhole(path),
    sessionId: sessionIdOf(path),
  }));
  const spans = (semconv: "v1.41" | "latest") =>
    all.flatMap(({ pieces, sessionId }) => toSpans(pieces, { sessionId, scope: "session", semconv }));
  const points = (semconv: "v1.41" | "latest") => all.flatMap(({ pieces }) => observe(pieces, { semconv }));

  test("has the same spans and values, and no old name", () => {
    const [old, latest] = [spans("v1.41"), spans("latest")];
    expect(latest.map(({ spanId }) => spanId)).toEqual(old.map(({ spanId }) => spanId));
    for (const [index, span] of latest.entries()) {
      const before = old[index]?.attributes ?? {};
      for (const { was, is } of RENAMED_ATTRIBUTES) {
        expect(span.attributes).not.toHaveProperty([was]);
        expect(span.attributes[is]).toBe(before[was]);
      }
      if (before["gen_ai.operation.name"] === "invoke_agent")
        for (const name of REMOVED_FROM_AGENTS) expect(span.attributes).not.toHaveProperty([name]);
    }
  });

  test("counts the same tokens and requests, under one set of names", () => {
    const [old, latest] = [points("v1.41"), points("latest")];
    expect(latest.filter(({ instrument }) => OLD_METRICS.includes(instrument))).toEqual([]);
    expect(old.filter(({ instrument }) => NEW_METRICS.includes(instrument as never))).toEqual([]);
    const sum = (from: typeof old, name: string, type?: string) =>
      from
        .filter(
          ({ instrument, attributes }) =>
            instrument === name && (type === undefined || attributes["gen_ai.token.type"] === type),
        )
        .reduce((total, { value }) => total + value, 0);
    for (const type of ["input", "output"] as const) {
      const before = sum(old, "gen_ai.client.token.usage", type);
      expect(sum(latest, TOKEN_METRICS[type].counter)).toBe(before);
      expect(sum(latest, TOKEN_METRICS[type].histogram)).toBe(before);
    }
    for (const [was, is] of Object.entries(RENAMED_METRICS)) expect(sum(latest, is)).toBe(sum(old, was));
  });
});

test.each([
  [{}, "v1.41"],
  [{ CCOTEL_SEMCONV: "latest" }, "latest"],
  [{ OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental" }, "latest"],
  [{ OTEL_SEMCONV_STABILITY_OPT_IN: "http/dup,gen_ai_latest_experimental" }, "latest"],
  [{ OTEL_SEMCONV_STABILITY_OPT_IN: "database,anything" }, "v1.41"],
  [{ CCOTEL_SEMCONV: "v1.41", OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental" }, "v1.41"],
])("%o gives %s", (env, semconv) => {
  const { config, problems } = loadConfig({ env: {}, settingsEnv: env, homeDir: "/home/dev" });
  expect(problems).toEqual([]);
  expect(config.semconv).toBe(semconv);
});

test("docs/reference/dialects.md has the old and the new names", () => {
  const page = readFileSync("docs/reference/dialects.md", "utf8");
  for (const name of [
    ...OLD_METRICS,
    ...NEW_METRICS,
    ...RENAMED_ATTRIBUTES.flatMap(({ was, is }) => [was, is]),
  ])
    expect(page.includes(`\`${name}\``), name).toBe(true);
});

test("a request has the schema URL of its resource and that of its spans, metrics or log records", () => {
  const [path = ""] = transcriptsOf(recording("01-two-turns"));
  const pieces = readWhole(path);
  const context = { sessionId: sessionIdOf(path), scope: "session" } as const;
  const urls = (["v1.41", "latest"] as const).map((semconv) => {
    const facts = { serviceName: "claude-code", distroVersion: "1.2.3", extra: {}, semconv };
    const spans = toSpans(pieces, { ...context, semconv }).map(createSpanEncoder(facts));
    const state = newMetricsState(0);
    addObservations(state, observe(pieces, { semconv }));
    const request = nextRequest(state, 60_000, { temporality: "delta" });
    if (request === undefined) throw new Error("nothing was counted");
    const metrics = encodeMetrics(metricsPayload(request, {}, semconv));
    const [event] = toLogEvents(readWhole(transcriptsOf(recording("05-fatal-529"))[0] ?? ""), context);
    const logs = encodeLogs([createReadableLog(facts)(event as LogEvent)]);
    return [
      ...traceService.request
        .decode(encodeTraces(spans))
        .resourceSpans.map(({ schemaUrl, scopeSpans }) => [schemaUrl, scopeSpans[0]?.schemaUrl]),
      ...metricsService.request
        .decode(metrics)
        .resourceMetrics.map(({ schemaUrl, scopeMetrics }) => [schemaUrl, scopeMetrics[0]?.schemaUrl]),
      ...logsService.request
        .decode(logs)
        .resourceLogs.map(({ schemaUrl, scopeLogs }) => [schemaUrl, scopeLogs[0]?.schemaUrl]),
    ];
  });
  const core = "https://opentelemetry.io/schemas/1.41.0";
  const genAi = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev";
  expect(urls).toEqual([Array(3).fill([core, core]), Array(3).fill([core, genAi])]);
});
