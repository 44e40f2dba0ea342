import { parseHeaderList } from "./headers.ts";
import { type Option, showDuration } from "./option.ts";
import { duration, oneOf, text } from "./parse.ts";
import { maskHeaders, maskUrl } from "./secret.ts";
import type { SignalValues } from "./values.ts";

const path = { takes: "a path", parse: text, secret: false } as const;
const hour = 3_600_000;

/** The settings about sending, which traces and metrics may each have their own value of. */
export const signalOptions: { readonly [K in keyof SignalValues]: Option<SignalValues[K]> } = {
  endpoint: {
    env: ["CCOTEL_{SIGNAL_}ENDPOINT", "OTEL_EXPORTER_OTLP_{SIGNAL_}ENDPOINT"],
    flag: "endpoint",
    placeholder: "URL",
    takes: "a URL",
    default: undefined,
    defaultText: "unset, so nothing is sent",
    meaning:
      "Where to send: a base address gets /v1/traces and /v1/metrics added, a signal's own address is used as it is.",
    secret: false,
    parse: text,
    show: maskUrl,
  },
  protocol: {
    env: ["OTEL_EXPORTER_OTLP_{SIGNAL_}PROTOCOL"],
    takes: "http/protobuf",
    default: undefined,
    defaultText: "http/protobuf",
    meaning: "Read beside an OTEL_* endpoint only to refuse grpc, as ccotel always speaks http/protobuf.",
    secret: false,
    parse: oneOf("http/protobuf", "http/json", "grpc"),
  },
  headers: {
    env: ["CCOTEL_{SIGNAL_}HEADERS", "OTEL_EXPORTER_OTLP_{SIGNAL_}HEADERS"],
    flag: "header",
    placeholder: "K=V",
    takes: "k=v,k2=v2",
    default: {},
    defaultText: "none",
    meaning:
      "Headers of each request, values percent-encoded; they only go to the endpoint they were set beside.",
    secret: true,
    parse: parseHeaderList,
    show: (value) => maskHeaders(value) || "none",
  },
  headersFile: {
    ...path,
    env: ["CCOTEL_{SIGNAL_}HEADERS_FILE"],
    default: undefined,
    defaultText: "none",
    meaning:
      "A file (mode 0600) with one `Name: value` header a line, for tokens that should not stand in settings.json.",
  },
  compression: {
    env: ["CCOTEL_{SIGNAL_}COMPRESSION", "OTEL_EXPORTER_OTLP_{SIGNAL_}COMPRESSION"],
    takes: "gzip, none",
    default: undefined,
    defaultText: "gzip, but none to this machine",
    meaning: "How request bodies are compressed.",
    secret: false,
    parse: oneOf("gzip", "none"),
  },
  timeoutMs: {
    env: ["CCOTEL_{SIGNAL_}TIMEOUT", "OTEL_EXPORTER_OTLP_{SIGNAL_}TIMEOUT"],
    takes: "a duration (a bare number is milliseconds)",
    default: 10_000,
    defaultText: "10s",
    meaning: "How long one request may take in all.",
    secret: false,
    parse: duration({ minMs: 1, maxMs: hour, example: "10s", bareUnit: "ms" }),
    show: showDuration,
  },
  certificate: {
    ...path,
    env: ["CCOTEL_{SIGNAL_}CERTIFICATE", "OTEL_EXPORTER_OTLP_{SIGNAL_}CERTIFICATE"],
    default: undefined,
    defaultText: "Node's own list, with NODE_EXTRA_CA_CERTS",
    meaning: "A PEM file with the authorities that the endpoint's certificate is checked against.",
  },
  clientCertificate: {
    ...path,
    env: [
      "CCOTEL_{SIGNAL_}CLIENT_CERTIFICATE",
      "OTEL_EXPORTER_OTLP_{SIGNAL_}CLIENT_CERTIFICATE",
      "CLAUDE_CODE_CLIENT_CERT",
    ],
    default: undefined,
    defaultText: "none",
    meaning: "A PEM file with the certificate that this machine shows to the endpoint.",
  },
  clientKey: {
    ...path,
    env: ["CCOTEL_{SIGNAL_}CLIENT_KEY", "OTEL_EXPORTER_OTLP_{SIGNAL_}CLIENT_KEY", "CLAUDE_CODE_CLIENT_KEY"],
    default: undefined,
    defaultText: "none",
    meaning: "A PEM file with the key of the client certificate.",
  },
  clientKeyPassphrase: {
    env: ["CCOTEL_CLIENT_KEY_PASSPHRASE", "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE"],
    takes: "a passphrase",
    default: undefined,
    defaultText: "none",
    meaning: "What the client key is encrypted with.",
    secret: true,
    parse: text,
  },
};
