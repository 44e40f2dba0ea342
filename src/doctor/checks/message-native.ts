import { maskUrl } from "../../config/text/secret.ts";
import { listed } from "../../units.ts";
import type { MessageTable } from "../message-table.ts";

/** Findings about Claude Code's own telemetry. */
export interface NativeFindings {
  "native-traces-on": { source: string };
  "native-protocol-wrong": { key: string; value: string };
  "native-port-wrong": { key: string; endpoint: string; protocol: string };
  "native-endpoint-wrong": { key: string; value: string };
  "native-query-dropped": { key: string };
  "native-exporter-wrong": { key: string; value: string };
  "native-interval-wrong": { key: string; value: string };
  "native-temporality-dropped": { backend: string; wanted: string; explicit: boolean };
  "native-http-certificate": { keys: readonly string[] };
  "native-helper-unused": { key: string };
}

export const nativeMessages: MessageTable<NativeFindings> = {
  "native-traces-on": {
    say: ({ source }) =>
      `Claude Code's own traces are also on (OTEL_TRACES_EXPORTER in ${source}), so each turn arrives twice. Since 2.1.331 both carry the same gen_ai attributes: a sum over both is twice as large.`,
    do: () =>
      "Set OTEL_TRACES_EXPORTER to none, or select ccotel's spans in your queries (telemetry.distro.name, or the scope ccotel). Native metrics and logs repeat nothing.",
  },
  "native-protocol-wrong": {
    say: ({ key, value }) =>
      `${key} is "${value}", which Claude Code does not know: it silently sends nothing.`,
    do: () => "Set it to http/protobuf, http/json or grpc.",
  },
  "native-port-wrong": {
    say: ({ key, endpoint, protocol }) =>
      `${key} is ${maskUrl(endpoint)}, but collectors expect ${protocol === "grpc" ? "HTTP on port 4318" : "gRPC on port 4317"}, and the protocol is ${protocol}.`,
    do: ({ protocol }) =>
      protocol === "grpc"
        ? "Use port 4317, or set the protocol to http/protobuf."
        : "Use port 4318, or set the protocol to grpc.",
  },
  "native-endpoint-wrong": {
    say: ({ key, value }) =>
      `${key} is "${maskUrl(value)}", which is not an http(s) URL; native telemetry goes to localhost instead.`,
    do: () => "Set the complete URL, such as http://collector.example:4318.",
  },
  "native-query-dropped": {
    say: ({ key }) => `Claude Code drops the query string (everything after the question mark) of ${key}.`,
    do: () => "Send the key as a header: OTEL_EXPORTER_OTLP_HEADERS.",
  },
  "native-exporter-wrong": {
    say: ({ key, value }) => `${key} is "${value}", which Claude Code does not know.`,
    do: () => "Set it to otlp, console or none (metrics also: prometheus).",
  },
  "native-interval-wrong": {
    say: ({ key, value }) =>
      `${key} is "${value}", which is not a number of milliseconds; Claude Code uses one minute instead.`,
    do: () => "Use digits only, such as 10000.",
  },
  "native-temporality-dropped": {
    say: ({ backend, wanted, explicit }) =>
      `${backend} drops native metrics: it accepts ${wanted} points only, and ${explicit ? "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE says otherwise" : "Claude Code sends delta by default"}.`,
    do: ({ wanted }) => `Set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE to ${wanted}.`,
  },
  "native-http-certificate": {
    say: ({ keys }) => `Claude Code uses ${listed(keys)} with grpc only.`,
    do: () =>
      "With http, set NODE_EXTRA_CA_CERTS, CLAUDE_CODE_CLIENT_CERT and CLAUDE_CODE_CLIENT_KEY. ccotel reads both sets.",
  },
  "native-helper-unused": {
    say: ({ key }) =>
      `otelHeadersHelper works with http only, and ${key} is grpc: native telemetry is sent without these headers.`,
    do: ({ key }) => `Set ${key} to http/protobuf and the endpoint to the HTTP port.`,
  },
};
