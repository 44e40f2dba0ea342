/**
 * Builds the `env` block for Claude Code's own telemetry. Each value is one of a few known words, because the client
 * silently stops its telemetry for one wrong word.
 */

import type { PresetSignal } from "./preset.ts";

/** Which signals native telemetry sends, and where. */
interface NativeTarget {
  readonly endpoint: string;
  readonly signals: readonly PresetSignal[];
  readonly temporality: "cumulative" | "delta";
}

/**
 * Returns the keys that turn native telemetry on for some signals and off for the others, without headers. Writes only
 * words that the client knows: with an unknown protocol it stops all of its telemetry and says so only in its debug
 * log. Traces are a beta with a separate switch. The temporality is always set, because the client's default is delta,
 * which Prometheus and compatible backends drop.
 */
export function nativeEnv({ endpoint, signals, temporality }: NativeTarget): Record<string, string> {
  const exporter = (signal: PresetSignal) => (signals.includes(signal) ? "otlp" : "none");
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    ...(signals.includes("traces") ? { CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: "1" } : {}),
    OTEL_METRICS_EXPORTER: exporter("metrics"),
    OTEL_LOGS_EXPORTER: exporter("logs"),
    OTEL_TRACES_EXPORTER: exporter("traces"),
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    ...(signals.includes("metrics")
      ? { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality }
      : {}),
  };
}

/** Parses `metrics,logs`, `off`, `none` or an empty text. Returns undefined for anything else. */
export function parseNative(text: string): readonly PresetSignal[] | undefined {
  const words = text
    .toLowerCase()
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  if (words.length === 0 || (words.length === 1 && /^(?:off|none)$/.test(words[0] ?? ""))) return [];
  const known = ["metrics", "logs", "traces"] as const;
  return words.every((word) => (known as readonly string[]).includes(word))
    ? known.filter((signal) => words.includes(signal))
    : undefined;
}
