/** What OTLP calls a signal, and how its settings and its endpoint are named: one row a signal. */
interface SignalRow {
  /** What the base endpoint gets added. */
  readonly path: string;
  /** The word in `CCOTEL_TRACES_ENDPOINT` and in OpenTelemetry's own variables. */
  readonly variable: string;
}

/** Every signal that can be sent. What is done for each signal is a loop over these rows or a table with the same keys. */
export const SIGNALS = {
  traces: { path: "/v1/traces", variable: "TRACES" },
  metrics: { path: "/v1/metrics", variable: "METRICS" },
  logs: { path: "/v1/logs", variable: "LOGS" },
} as const satisfies Record<string, SignalRow>;

export type Signal = keyof typeof SIGNALS;

export const signals = Object.keys(SIGNALS) as readonly Signal[];
