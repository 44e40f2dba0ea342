/** How OTLP names a signal in its settings and its endpoint. */
interface SignalRow {
  /** The path to append to the base endpoint. */
  readonly path: string;
  /** The word in `CCOTEL_TRACES_ENDPOINT` and in OpenTelemetry's own variables. */
  readonly variable: string;
}

/** Every signal that ccotel can send. Code for each signal loops over these rows or has a table with the same keys. */
export const SIGNALS = {
  traces: { path: "/v1/traces", variable: "TRACES" },
  metrics: { path: "/v1/metrics", variable: "METRICS" },
  logs: { path: "/v1/logs", variable: "LOGS" },
} as const satisfies Record<string, SignalRow>;

export type Signal = keyof typeof SIGNALS;

export const signals = Object.keys(SIGNALS) as readonly Signal[];
