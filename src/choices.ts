/** Words that a setting chooses between and that the code behind it goes by: each list once, for the option and its type. */

/** How much of what was said and done a reader keeps, or how much of it leaves. */
export const CONTENT_LEVELS = ["none", "details", "full"] as const;
export type ContentLevel = (typeof CONTENT_LEVELS)[number];

/** The same for people: what each level adds to the one before. */
export const CONTENT_LEVEL_WORDS: Readonly<Record<ContentLevel, string>> = {
  none: "names and numbers only",
  details: "also paths, program names, hosts and skills",
  full: "also prompts, answers, commands and files, without known secrets",
};

/** One trace a run of the session, or one a turn. */
export const TRACE_SCOPES = ["session", "turn"] as const;
export type TraceScope = (typeof TRACE_SCOPES)[number];

/** Whether a metric's points carry totals, or only what is new. */
export type Temporality = "cumulative" | "delta";

/** As the OpenTelemetry specification lets users ask for it; `lowmemory` is delta for what ccotel sends. */
export const TEMPORALITY_PREFERENCES = ["cumulative", "delta", "lowmemory"] as const;
export type TemporalityPreference = (typeof TEMPORALITY_PREFERENCES)[number];

/** Attributes that a metric's points have only if they are asked for. */
export const METRIC_ATTRIBUTES = ["project", "skill", "mcp", "agent"] as const;
export type MetricAttribute = (typeof METRIC_ATTRIBUTES)[number];

/** Which names of the GenAI conventions are sent: those that backends read, or those of the conventions' own repository. */
export const SEMCONVS = ["v1.41", "latest"] as const;
export type Semconv = (typeof SEMCONVS)[number];

/** Whose own attribute names are added to the standard ones; docs/reference/dialects.md says which and why. */
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
