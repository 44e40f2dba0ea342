/** The commands of ccusage, and what does the same here. */
export const IN_CCUSAGE: ReadonlyMap<string, string> = new Map([
  ["daily", "stats"],
  ["weekly", "stats --by week"],
  ["monthly", "stats --by month"],
  ["session", "stats --by session"],
  ["blocks", "stats --by block"],
]);
