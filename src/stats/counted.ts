import type { Counts } from "../session/amounts.ts";
import type { Dimension } from "./dimensions.ts";

/** What a count is about. `turn`: also compactions and subagents, which belong to no request and to no call. */
type Kind = "request" | "call" | "turn";

/** Which of the counts rows of a grouping can have. The others would be 0 without having been counted. */
export type Counted = ReadonlySet<Kind>;

/** What has the key of a dimension. Everything, unless it is here. */
const HAS_KEY: Partial<Record<Dimension, readonly Kind[]>> = {
  model: ["request"],
  skill: ["request"],
  mcp: ["request", "call"],
  tool: ["call"],
};

/** What sums with these keys are about. `by`: the dimensions of a row's key, none for the total. */
export function countedOf(by: readonly Dimension[], { model }: { model?: string }): Counted {
  const dimensions = model === undefined ? by : [...by, "model" as const];
  return new Set(KINDS.filter((kind) => dimensions.every((one) => HAS_KEY[one]?.includes(kind) ?? true)));
}

const KINDS: readonly Kind[] = ["request", "call", "turn"];

/** The counts that were counted. */
export function countedOnly(counts: Counts, counted: Counted): Partial<Counts> {
  const entries = Object.entries(counts).filter(([name]) => counted.has(KIND_OF[name as keyof Counts]));
  return Object.fromEntries(entries);
}

const KIND_OF: Readonly<Record<keyof Counts, Kind>> = {
  requests: "request",
  failedRequests: "request",
  retries: "request",
  unpricedRequests: "request",
  provisionalRequests: "request",
  input: "request",
  output: "request",
  cacheRead: "request",
  cacheWrite5m: "request",
  cacheWrite1h: "request",
  reasoning: "request",
  webSearches: "request",
  costUsd: "request",
  clientMoreUsd: "request",
  toolCalls: "call",
  failedToolCalls: "call",
  deniedToolCalls: "call",
  interruptedToolCalls: "call",
  toolMs: "call",
  turns: "turn",
  failedTurns: "turn",
  interruptedTurns: "turn",
  turnMs: "turn",
  subagents: "turn",
  compactions: "turn",
  linesAdded: "call",
  linesRemoved: "call",
  filesWritten: "call",
  commands: "call",
  webFetches: "call",
  searches: "call",
  commits: "call",
  pullRequests: "call",
};
