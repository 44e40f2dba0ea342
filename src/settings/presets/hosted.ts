/** What hosted observability platforms have in common: all keep traces of one turn better than traces of one session. */
export const hosted = {
  signals: ["traces", "metrics", "logs"],
  temporality: "cumulative",
  traceScope: "turn",
  dialect: "none",
  limits: {},
  notes: [],
} as const;
