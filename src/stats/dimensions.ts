export const PERIODS = ["hour", "day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** What sums can be grouped by. */
export const DIMENSIONS = [
  ...PERIODS,
  "project",
  "model",
  "session",
  "agent",
  "skill",
  "mcp",
  "tool",
  "branch",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];
