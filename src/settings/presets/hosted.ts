/** What hosted observability platforms have in common: all handle one trace a turn better than one trace a session. */
export const hosted = {
  signals: ["traces", "metrics", "logs"],
  temporality: "cumulative",
  traceScope: "turn",
  dialect: "none",
  limits: {},
  notes: [],
} as const;
