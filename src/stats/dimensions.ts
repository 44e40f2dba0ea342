export const PERIODS = ["hour", "day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** What numbers can be kept apart by. */
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
