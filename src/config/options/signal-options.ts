import { parseHeaderList } from "../text/headers.ts";
import { duration, oneOf, showDuration, text } from "../text/parse.ts";
import { maskHeaders, maskUrl } from "../text/secret.ts";
import type { Option } from "./option.ts";
import type { SignalValues } from "./values.ts";

const path = { takes: "a path", parse: text, secret: false } as const;
const hour = 3_600_000;

/** The settings of sending. Each signal may have its own value. */
export const signalOptions: { readonly [K in keyof SignalValues]: Option<SignalValues[K]> } = {
  endpoint: {
    env: ["CCOTEL_{SIGNAL_}ENDPOINT", "OTEL_EXPORTER_OTLP_{SIGNAL_}ENDPOINT"],
    flag: "endpoint",
    placeholder: "URL",
    takes: "a URL",
    default: undefined,
    defaultText: "unset, so nothing is sent",
    meaning:
      "Where to send. ccotel appends /v1/traces, /v1/metrics and /v1/logs to a base URL, and uses a signal's own URL as it is.",
    secret: false,
    parse: text,
    show: maskUrl,
  },
  protocol: {
    env: ["OTEL_EXPORTER_OTLP_{SIGNAL_}PROTOCOL"],
    takes: "http/protobuf",
    default: undefined,
    defaultText: "http/protobuf",
    meaning: "Read only to reject grpc with an OTEL_* endpoint; ccotel always sends http/protobuf.",
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
      "Headers for each request, values percent-encoded. They are sent only to the endpoint that is set in the same place.",
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
      "A file (mode 0600) with one `Name: value` header per line, for tokens that should not be in settings.json.",
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
    meaning: "The longest that one request may take.",
    secret: false,
    parse: duration({ minMs: 1, maxMs: hour, example: "10s", bareUnit: "ms" }),
    show: showDuration,
  },
  certificate: {
    ...path,
    env: ["CCOTEL_{SIGNAL_}CERTIFICATE", "OTEL_EXPORTER_OTLP_{SIGNAL_}CERTIFICATE"],
    default: undefined,
    defaultText: "Node's own list, with NODE_EXTRA_CA_CERTS",
    meaning: "A PEM file with the certificate authorities for the endpoint's certificate.",
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
    meaning: "A PEM file with the client certificate.",
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
    meaning: "The passphrase of the client key.",
    secret: true,
    parse: text,
  },
};
