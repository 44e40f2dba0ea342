import { maskUrl } from "../config/secret.ts";
import type { Code, MessageTable } from "./finding.ts";
import { listed } from "./words.ts";

/** Claude Code's own telemetry. */
export const nativeMessages = {
  "native-traces-on": {
    say: ({ source }) =>
      `Claude Code's own traces are on as well (OTEL_TRACES_EXPORTER in ${source}): each turn is there twice, and since 2.1.331 with the same gen_ai attributes, so a sum over both is twice as large.`,
    do: () =>
      "Set OTEL_TRACES_EXPORTER to none, or have queries select ccotel's spans (telemetry.distro.name, or the scope ccotel). Native metrics and logs repeat nothing.",
  },
  "native-protocol-wrong": {
    say: ({ key, value }) =>
      `${key} is "${value}", and with a protocol that it does not know Claude Code sends nothing at all, without a word.`,
    do: () => "Set it to http/protobuf, http/json or grpc.",
  },
  "native-port-wrong": {
    say: ({ key, endpoint, protocol }) =>
      `${key} is ${maskUrl(endpoint)}, but collectors speak ${protocol === "grpc" ? "HTTP on 4318" : "gRPC on 4317"} and the protocol is ${protocol}.`,
    do: ({ protocol }) =>
      protocol === "grpc"
        ? "Use port 4317, or set the protocol to http/protobuf."
        : "Use port 4318, or set the protocol to grpc.",
  },
  "native-endpoint-wrong": {
    say: ({ key, value }) =>
      `${key} is "${maskUrl(value)}", which is no http(s) address; native telemetry then goes to localhost.`,
    do: () => "Write the whole address, such as http://collector.example:4318.",
  },
  "native-query-dropped": {
    say: ({ key }) => `Claude Code drops what stands behind the question mark in ${key}.`,
    do: () => "Give the key as a header: OTEL_EXPORTER_OTLP_HEADERS.",
  },
  "native-exporter-wrong": {
    say: ({ key, value }) => `${key} is "${value}", which Claude Code does not know.`,
    do: () => "Set it to otlp, console or none (metrics also: prometheus).",
  },
  "native-interval-wrong": {
    say: ({ key, value }) =>
      `${key} is "${value}", which is no number of milliseconds; a minute is used instead.`,
    do: () => "Write digits only, such as 10000.",
  },
  "native-temporality-dropped": {
    say: ({ backend, wanted, explicit }) =>
      `${backend} drops native metrics: it wants ${wanted} points, and ${explicit ? "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE says otherwise" : "Claude Code sends delta unless told otherwise"}.`,
    do: ({ wanted }) => `Set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE to ${wanted}.`,
  },
  "native-http-certificate": {
    say: ({ keys }) => `Claude Code reads ${listed(keys)} for grpc only.`,
    do: () =>
      "For http set NODE_EXTRA_CA_CERTS, CLAUDE_CODE_CLIENT_CERT and CLAUDE_CODE_CLIENT_KEY. ccotel reads either.",
  },
  "native-helper-unused": {
    say: ({ key }) =>
      `otelHeadersHelper works with http only, and ${key} is grpc: native telemetry goes out without these headers.`,
    do: ({ key }) => `Set ${key} to http/protobuf and the endpoint to the HTTP port.`,
  },
} satisfies Partial<MessageTable<Code>>;
