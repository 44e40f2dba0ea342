import { signalOptions } from "./options/signal-options.ts";
import { badValue, type Problem, report } from "./problem.ts";
import { SIGNALS, type Signal } from "./signals.ts";
import { describeSource, type Finding, findAll, isOtelName, type Layer, type Source } from "./source.ts";
import { isLoopback, originOf, resolveEndpoint } from "./text/endpoint.ts";
import { type Headers, parseHeaderFlags } from "./text/headers.ts";
import { maskHost } from "./text/secret.ts";

/** How to send one signal. Without `url` it is not sent: nothing is configured, or a problem says what is wrong. */
export interface SignalConfig {
  readonly enabled: boolean;
  /** The complete URL to post to. */
  readonly url?: string | undefined;
  readonly headers: Headers;
  /** A file with more headers. Those in `headers` take precedence. */
  readonly headersFile?: string | undefined;
  /** `otelHeadersHelper`, if this is the endpoint it belongs to and ccotel's own settings give no headers. */
  readonly headersHelper?: string | undefined;
  readonly compression: "gzip" | "none";
  readonly timeoutMs: number;
  readonly certificate?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly clientKeyPassphrase?: string | undefined;
}

interface LoadedSignal {
  config: SignalConfig;
  sources: Readonly<Record<keyof typeof signalOptions, Source>>;
  problems: readonly Problem[];
}

/** Loads the settings of one signal from the layers. A signal that is off reports no problems. */
export function loadSignal(input: {
  signal: Signal;
  enabled: boolean;
  layers: readonly Layer[];
  headersHelper: string | undefined;
  expandHome: (path: string) => string;
}): LoadedSignal {
  const { signal, enabled, layers } = input;
  const problems: Problem[] = [];
  const endpoint = readEndpoint(layers, signal, problems);
  const headers = readHeaders(layers, signal, endpoint, problems);

  const read = <K extends keyof typeof signalOptions>(key: K) =>
    report(signalOptions[key], findAll(layers, signalOptions[key], signal)[0], key, problems);
  const path = (key: "certificate" | "clientCertificate" | "clientKey") => {
    const { value, source } = read(key);
    return { value: value && input.expandHome(value), source };
  };
  const compression = read("compression");
  const timeoutMs = read("timeoutMs");
  const certificate = path("certificate");
  const clientCertificate = path("clientCertificate");
  const clientKey = path("clientKey");
  const clientKeyPassphrase = read("clientKeyPassphrase");

  return {
    config: {
      enabled,
      url: headers.usable ? endpoint.url : undefined,
      headers: headers.value,
      headersFile: headers.file && input.expandHome(headers.file.texts.at(-1) ?? ""),
      headersHelper:
        headers.ownGiven || !helperBelongs(layers, signal, endpoint) ? undefined : input.headersHelper,
      compression: compression.value ?? (endpoint.url && isLoopback(endpoint.url) ? "none" : "gzip"),
      timeoutMs: timeoutMs.value,
      certificate: certificate.value,
      clientCertificate: clientCertificate.value,
      clientKey: clientKey.value,
      clientKeyPassphrase: clientKeyPassphrase.value,
    },
    sources: {
      endpoint: endpoint.finding?.source ?? { kind: "default" },
      protocol: read("protocol").source,
      headers: headers.source,
      headersFile: headers.file?.source ?? { kind: "default" },
      compression: compression.source,
      timeoutMs: timeoutMs.source,
      certificate: certificate.source,
      clientCertificate: clientCertificate.source,
      clientKey: clientKey.source,
      clientKeyPassphrase: clientKeyPassphrase.source,
    },
    problems: enabled ? problems : [],
  };
}

interface Endpoint {
  url?: string;
  finding?: Finding;
}

function readEndpoint(layers: readonly Layer[], signal: Signal, problems: Problem[]): Endpoint {
  const [finding] = findAll(layers, signalOptions.endpoint, signal);
  if (!finding) return {};
  const verbatim = finding.source.name.includes(SIGNALS[signal].variable);
  const resolved = resolveEndpoint(finding.texts.at(-1) ?? "", { signal, verbatim });
  const fail = (message: string): Endpoint => {
    problems.push({ severity: "error", key: "endpoint", signal, source: finding.source, message });
    return { finding };
  };
  if (!resolved.ok) return fail(badValue(signalOptions.endpoint, finding, resolved.expected));

  // The protocol variable belongs to OpenTelemetry's endpoint. ccotel's own endpoint is always http/protobuf.
  if (isOtelName(finding.source.name)) {
    const [protocol] = findAll(layers, signalOptions.protocol, signal);
    if (protocol?.texts.at(-1)?.toLowerCase() === "grpc") {
      return fail(
        `${describeSource(protocol.source)} is grpc, but ccotel speaks http/protobuf only: ` +
          "set CCOTEL_ENDPOINT to the HTTP port of the same collector, usually 4318.",
      );
    }
  }
  return { url: resolved.value, finding };
}

interface ReadHeaders {
  value: Headers;
  source: Source;
  file: Finding | undefined;
  /** Whether a flag or `CCOTEL_*` variable gives a header. */
  ownGiven: boolean;
  usable: boolean;
}

/**
 * Merges the headers of all layers. For the same name, the higher layer wins. Most headers hold tokens, and a token
 * must go only to the endpoint that it was set with. So a lower layer that names another endpoint gives no headers.
 */
function readHeaders(
  layers: readonly Layer[],
  signal: Signal,
  endpoint: Endpoint,
  problems: Problem[],
): ReadHeaders {
  const mayGo = (finding: Finding) => {
    const other = foreignEndpoint(layers, signal, endpoint, finding.layer);
    if (other === undefined) return true;
    problems.push({
      severity: "note",
      key: "headers",
      signal,
      source: finding.source,
      message: `${describeSource(finding.source)} is not sent to ${maskHost(endpoint.url)}: it was set beside ${maskHost(other)}.`,
    });
    return false;
  };
  const found = findAll(layers, signalOptions.headers, signal).filter(mayGo);
  const [file] = findAll(layers, signalOptions.headersFile, signal).filter(mayGo);

  let value: Headers = {};
  let usable = true;
  for (const finding of found) {
    const isFlag = finding.source.kind === "flag";
    const parsed = isFlag
      ? parseHeaderFlags(finding.texts)
      : signalOptions.headers.parse(finding.texts.at(-1) ?? "");
    if (parsed.ok) {
      value = { ...parsed.value, ...value };
      continue;
    }
    // Without one of its headers, a request could reach the wrong tenant.
    usable = false;
    const message = badValue(signalOptions.headers, finding, parsed.expected);
    problems.push({ severity: "error", key: "headers", signal, source: finding.source, message });
  }
  const parts = found.map((finding) => finding.source);
  return {
    value,
    source: parts.length > 1 ? { kind: "merged", parts } : (parts[0] ?? { kind: "default" }),
    file,
    ownGiven: file !== undefined || parts.some((part) => !isOtelName(part.name)),
    usable,
  };
}

/**
 * Returns the other endpoint that a value in this layer belongs to: this signal's, else any signal's. Undefined if
 * none.
 */
function foreignEndpoint(
  layers: readonly Layer[],
  signal: Signal,
  endpoint: Endpoint,
  layer: number,
): string | undefined {
  if (!endpoint.url || !endpoint.finding || layer <= endpoint.finding.layer) return undefined;
  const from = (findings: readonly Finding[]) =>
    findings.find((finding) => finding.layer >= layer)?.texts.at(-1);
  const beside =
    from(findAll(layers, signalOptions.endpoint, signal)) ?? from(findAll(layers, signalOptions.endpoint));
  return beside === undefined || originOf(beside) === originOf(endpoint.url) ? undefined : beside;
}

/** The helper's headers are for the OpenTelemetry endpoint only. */
function helperBelongs(layers: readonly Layer[], signal: Signal, endpoint: Endpoint): boolean {
  if (!endpoint.url) return false;
  const origin = originOf(endpoint.url);
  return findAll(layers, signalOptions.endpoint, signal).some(
    (finding) => isOtelName(finding.source.name) && originOf(finding.texts.at(-1) ?? "") === origin,
  );
}
