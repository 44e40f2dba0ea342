/**
 * The `env` block for Claude Code's own telemetry. Every value in it is one of a few words, because one bad word
 * silently ends it.
 */

import type { PresetSignal } from "./preset.ts";

/** What native telemetry sends where. */
export interface NativeTarget {
  readonly endpoint: string;
  readonly signals: readonly PresetSignal[];
  readonly temporality: "cumulative" | "delta";
}

/**
 * The keys that switch native telemetry on for some signals and off for the others; headers come on top.
 *
 * Only words that the client is known to read are written: it ends all of its telemetry on a protocol it does not
 * know, and says so in its debug log only. Traces are a beta that needs a switch of its own. The temporality is
 * always written, because the client's default is delta, which the Prometheus family drops.
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

/** Reads `metrics,logs`, `off`, `none` or an empty text; undefined for anything else. */
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
