import type {
  ContentLevel,
  Dialect,
  MetricAttribute,
  Semconv,
  TemporalityPreference,
  TraceScope,
} from "../../choices.ts";
import type { Signal } from "../signals.ts";
import type { Headers } from "../text/headers.ts";

/** The values of settings that apply to all signals. */
export interface GlobalValues extends Readonly<Record<Signal, boolean>> {
  readonly home: string;
  readonly sdkDisabled: boolean;
  readonly findings: boolean | undefined;
  readonly traceScope: TraceScope;
  readonly content: ContentLevel;
  readonly redact: string;
  readonly prices: string | undefined;
  readonly tracesSample: number;
  readonly repository: boolean;
  readonly userId: string;
  readonly maxSpansPerTrace: number;
  readonly maxAttributesPerSpan: number;
  readonly maxAttributesPerLogRecord: number;
  readonly idleCloseMs: number;
  readonly metricAttributes: readonly MetricAttribute[];
  readonly temporality: TemporalityPreference;
  readonly dialect: Dialect;
  readonly semconv: Semconv;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Headers;
  readonly httpProxy: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly noProxy: string | undefined;
}

/** The values of settings that may differ between signals. */
export interface SignalValues {
  readonly endpoint: string | undefined;
  readonly protocol: "http/protobuf" | "http/json" | "grpc" | undefined;
  readonly headers: Headers;
  readonly headersFile: string | undefined;
  readonly compression: "gzip" | "none" | undefined;
  readonly timeoutMs: number;
  readonly certificate: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientKeyPassphrase: string | undefined;
}
