/**
 * Names of the GenAI conventions that changed between v1.41, which backends read today and ccotel sends by default, and the
 * conventions' own repository (its first release, and its migration guide), which `CCOTEL_SEMCONV=latest` sends instead.
 * Never both: a backend that knows both would count twice.
 */

import { GEN_AI } from "./semconv.ts";
import type { Span } from "./spans/span.ts";

interface Renamed {
  /** v1.41. */
  readonly was: string;
  readonly is: string;
}

export const RENAMED_ATTRIBUTES: readonly Renamed[] = [
  { was: GEN_AI.cacheCreationTokens, is: "gen_ai.usage.cache_write.input_tokens" },
];

/** What spans of agents within the process have no more; `agent_id` still names a subagent. */
export const REMOVED_FROM_AGENTS: readonly string[] = [GEN_AI.agentId, GEN_AI.providerName];

export const RENAMED_METRICS = {
  "gen_ai.client.operation.duration": "gen_ai.client.inference.duration",
  "gen_ai.client.operation.time_to_first_chunk": "gen_ai.client.inference.time_to_first_chunk",
} as const;

/** `gen_ai.client.token.usage` is gone: a histogram each for input and output, and counters of which some are parts of others. */
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

/** Required on the counters; Anthropic's API does not tell modalities apart. */
export const TOKEN_MODALITY = "gen_ai.token.modality";

/** A finished span under the latest names. */
export function inLatestNames(span: Span): Span {
  const isAgent = span.attributes[GEN_AI.operationName] === "invoke_agent";
  const entries = Object.entries(span.attributes).flatMap(([key, value]) => {
    if (isAgent && REMOVED_FROM_AGENTS.includes(key)) return [];
    const renamed = RENAMED_ATTRIBUTES.find(({ was }) => was === key);
    return [[renamed?.is ?? key, value] as const];
  });
  return { ...span, attributes: Object.fromEntries(entries) };
}
