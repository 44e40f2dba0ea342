/**
 * Names of the GenAI conventions that changed after v1.41. Backends read v1.41 today, and ccotel sends it by default.
 * `CCOTEL_SEMCONV=latest` sends the names of the conventions' own repository instead (first release and migration
 * guide). ccotel never sends both, because a backend that reads both would count twice.
 */

import { GEN_AI } from "./semconv.ts";
import type { Span } from "./spans/span.ts";

interface Renamed {
  /** The name in v1.41. */
  readonly was: string;
  readonly is: string;
}

/** Span attributes with another name in the latest conventions. */
export const RENAMED_ATTRIBUTES: readonly Renamed[] = [
  { was: GEN_AI.cacheCreationTokens, is: "gen_ai.usage.cache_write.input_tokens" },
];

/**
 * Attributes that the latest conventions no longer have for agents in the same process. `agent_id` still names a
 * subagent.
 */
export const REMOVED_FROM_AGENTS: readonly string[] = [GEN_AI.agentId, GEN_AI.providerName];

/** Metrics with another name in the latest conventions: v1.41 name → latest name. */
export const RENAMED_METRICS = {
  "gen_ai.client.operation.duration": "gen_ai.client.inference.duration",
  "gen_ai.client.operation.time_to_first_chunk": "gen_ai.client.inference.time_to_first_chunk",
} as const;

/**
 * These replace `gen_ai.client.token.usage`: histograms for input and output, and counters. The cache counters are part
 * of the input, reasoning is part of the output.
 */
export const TOKEN_METRICS = {
  input: {
    histogram: "gen_ai.client.inference.operation.input_tokens",
    counter: "gen_ai.client.inference.usage.input_tokens",
  },
  output: {
    histogram: "gen_ai.client.inference.operation.output_tokens",
    counter: "gen_ai.client.inference.usage.output_tokens",
  },
  cacheRead: { counter: "gen_ai.client.inference.usage.cache_read.input_tokens" },
  cacheWrite: { counter: "gen_ai.client.inference.usage.cache_write.input_tokens" },
  reasoning: { counter: "gen_ai.client.inference.usage.reasoning.output_tokens" },
} as const;

/** Attribute that the counters require. Anthropic's API does not report modalities, so its value is `unknown`. */
export const TOKEN_MODALITY = "gen_ai.token.modality";

/** A finished span with the latest names. */
export function inLatestNames(span: Span): Span {
  const isAgent = span.attributes[GEN_AI.operationName] === "invoke_agent";
  const entries = Object.entries(span.attributes).flatMap(([key, value]) => {
    if (isAgent && REMOVED_FROM_AGENTS.includes(key)) return [];
    const renamed = RENAMED_ATTRIBUTES.find(({ was }) => was === key);
    return [[renamed?.is ?? key, value] as const];
  });
  return { ...span, attributes: Object.fromEntries(entries) };
}
