const PERIODS = ["hour", "day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** Whether sums of this dimension are those of periods of time. */
export function isPeriod(dimension: string | undefined): dimension is Period {
  return (PERIODS as readonly (string | undefined)[]).includes(dimension);
}

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
