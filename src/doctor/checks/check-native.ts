/** Faults of Claude Code's own telemetry. Claude Code reports most of them only in its debug log. */

import { presetOfEndpoint } from "../../settings/presets/presets.ts";
import type { Facts } from "../facts/facts.ts";
import { isTruthy, nativeValue, readable } from "../facts/settings-facts.ts";
import { type Finding, finding } from "../finding.ts";

const SIGNALS = ["METRICS", "LOGS", "TRACES"] as const;
type NativeSignal = (typeof SIGNALS)[number];

/** Checks the settings of Claude Code's own telemetry. Finds nothing if it is off. */
export function checkNative(facts: Facts): Finding[] {
  if (!isOn(facts, "CLAUDE_CODE_ENABLE_TELEMETRY")) return [];
  const active = SIGNALS.filter((signal) => exporters(facts, signal).includes("otlp"));
  return [
    ...tracesOn(facts),
    ...SIGNALS.flatMap((signal) => exporterWord(facts, signal)),
    ...protocols(facts),
    ...distinct(active.flatMap((signal) => endpoint(facts, signal))),
    ...intervals(facts),
    ...(active.includes("METRICS") ? temporality(facts) : []),
    ...(active.length > 0 ? [...certificates(facts), ...helper(facts)] : []),
  ];
}

function tracesOn(facts: Facts): Finding[] {
  const beta = ["CLAUDE_CODE_ENHANCED_TELEMETRY_BETA", "ENABLE_ENHANCED_TELEMETRY_BETA"].some((key) =>
    isOn(facts, key),
  );
  const exporter = nativeValue(facts, "OTEL_TRACES_EXPORTER");
  if (!beta || exporter?.value !== "otlp" || !facts.config.config.traces.enabled) return [];
  return [finding("warning", "native-traces-on", { source: exporter.source })];
}

function exporterWord(facts: Facts, signal: NativeSignal): Finding[] {
  const known =
    signal === "METRICS" ? ["otlp", "console", "none", "prometheus"] : ["otlp", "console", "none"];
  const key = `OTEL_${signal}_EXPORTER`;
  return exporters(facts, signal)
    .filter((word) => !known.includes(word))
    .map((value) => finding("error", "native-exporter-wrong", { key, value }));
}

function protocols(facts: Facts): Finding[] {
  return ["", ...SIGNALS.map((signal) => `${signal}_`)].flatMap((infix) => {
    const key = `OTEL_EXPORTER_OTLP_${infix}PROTOCOL`;
    const value = nativeValue(facts, key)?.value;
    const known = value === undefined || ["grpc", "http/json", "http/protobuf"].includes(value);
    return known ? [] : [finding("error", "native-protocol-wrong", { key, value })];
  });
}

function endpoint(facts: Facts, signal: NativeSignal): Finding[] {
  const found = signalValue(facts, signal, "ENDPOINT");
  if (!found) return [];
  const { key, value } = found;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    return [finding("error", "native-endpoint-wrong", { key, value })];
  }
  const { port, search } = new URL(value);
  const protocol = signalValue(facts, signal, "PROTOCOL")?.value ?? "http/protobuf";
  const wrongPort = protocol === "grpc" ? port === "4318" : port === "4317";
  return [
    ...(wrongPort ? [finding("error", "native-port-wrong", { key, endpoint: value, protocol })] : []),
    ...(search && key.includes(signal) ? [finding("warning", "native-query-dropped", { key })] : []),
  ];
}

function intervals(facts: Facts): Finding[] {
  const keys = ["OTEL_METRIC_EXPORT_INTERVAL", "OTEL_LOGS_EXPORT_INTERVAL", "OTEL_TRACES_EXPORT_INTERVAL"];
  return keys.flatMap((key) => {
    const value = nativeValue(facts, key)?.value;
    if (value === undefined || /^\d+$/.test(value)) return [];
    return [finding("warning", "native-interval-wrong", { key, value })];
  });
}

/** The client's default is delta, so without a value it is wrong for a backend that needs cumulative totals. */
function temporality(facts: Facts): Finding[] {
  const target = signalValue(facts, "METRICS", "ENDPOINT")?.value;
  const chosen = nativeValue(facts, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE")?.value;
  const backend = target === undefined ? undefined : (presetOfEndpoint(target) ?? prometheusLike(target));
  if (!backend?.temporalityStrict || (chosen ?? "delta") === backend.temporality) return [];
  const args = { backend: backend.title, wanted: backend.temporality, explicit: chosen !== undefined };
  return [finding("error", "native-temporality-dropped", args)];
}

/** Recognizes Prometheus and compatible backends by the path of their OTLP endpoint. */
function prometheusLike(endpoint: string) {
  const otlp = URL.canParse(endpoint) && /\/api\/v1\/otlp(?:\/|$)/.test(new URL(endpoint).pathname);
  return otlp
    ? ({ title: "Prometheus", temporality: "cumulative", temporalityStrict: true } as const)
    : undefined;
}

function certificates(facts: Facts): Finding[] {
  const keys = ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"]
    .map((name) => `OTEL_EXPORTER_OTLP_${name}`)
    .filter((key) => nativeValue(facts, key) !== undefined);
  const grpc = nativeValue(facts, "OTEL_EXPORTER_OTLP_PROTOCOL")?.value === "grpc";
  return keys.length > 0 && !grpc ? [finding("warning", "native-http-certificate", { keys })] : [];
}

function helper(facts: Facts): Finding[] {
  const set = readable(facts, "managed", "user").some(
    ({ settings }) => typeof settings.otelHeadersHelper === "string",
  );
  const key = "OTEL_EXPORTER_OTLP_PROTOCOL";
  return set && nativeValue(facts, key)?.value === "grpc"
    ? [finding("warning", "native-helper-unused", { key })]
    : [];
}

function exporters(facts: Facts, signal: NativeSignal): string[] {
  const value = nativeValue(facts, `OTEL_${signal}_EXPORTER`)?.value ?? "";
  return value
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function signalValue(facts: Facts, signal: NativeSignal, name: "ENDPOINT" | "PROTOCOL") {
  for (const key of [`OTEL_EXPORTER_OTLP_${signal}_${name}`, `OTEL_EXPORTER_OTLP_${name}`]) {
    const found = nativeValue(facts, key);
    if (found) return { key, value: found.value };
  }
  return undefined;
}

function isOn(facts: Facts, key: string): boolean {
  return isTruthy(nativeValue(facts, key)?.value);
}

function distinct(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((item) => [JSON.stringify(item), item])).values()];
}
