/** The words that settings choose between, each list once, for the option and its type. */

/** How much content a reader keeps or ccotel sends. */
export const CONTENT_LEVELS = ["none", "details", "full"] as const;
export type ContentLevel = (typeof CONTENT_LEVELS)[number];

/** The same in words: what each level adds to the one before. */
export const CONTENT_LEVEL_WORDS: Readonly<Record<ContentLevel, string>> = {
  none: "names and numbers only",
  details: "also paths, program names, hosts and skills",
  full: "also prompts, answers, commands and files, without known secrets",
};

/** One trace for each run of the session, or one for each turn. */
export const TRACE_SCOPES = ["session", "turn"] as const;
export type TraceScope = (typeof TRACE_SCOPES)[number];

/** Whether a metric's points carry totals or only changes. */
export type Temporality = "cumulative" | "delta";

/** The values in the OpenTelemetry specification. For ccotel's metrics, `lowmemory` equals delta. */
export const TEMPORALITY_PREFERENCES = ["cumulative", "delta", "lowmemory"] as const;
export type TemporalityPreference = (typeof TEMPORALITY_PREFERENCES)[number];

/** Attributes that the points of metrics have only on request. */
export const METRIC_ATTRIBUTES = ["project", "skill", "mcp", "agent"] as const;
export type MetricAttribute = (typeof METRIC_ATTRIBUTES)[number];

/**
 * Which names of the GenAI conventions to send: those that backends read, or those of the conventions' own repository.
 */
export const SEMCONVS = ["v1.41", "latest"] as const;
export type Semconv = (typeof SEMCONVS)[number];

/** Whose attribute names to add to the standard ones. docs/reference/dialects.md says which and why. */
export const DIALECTS = [
  "none",
  "jaeger",
  "openinference",
  "mlflow",
  "langfuse",
  "langsmith",
  "datadog",
] as const;
export type Dialect = (typeof DIALECTS)[number];
