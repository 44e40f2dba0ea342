/**
 * Attribute names. The GenAI ones are those of semantic conventions v1.41, which backends read today; they are copied
 * because the package's incubating entry must not be imported at run time. A test compares them with the package.
 */
export const GEN_AI = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  conversationId: "gen_ai.conversation.id",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  finishReasons: "gen_ai.response.finish_reasons",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheCreationTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  tokenType: "gen_ai.token.type",
  agentId: "gen_ai.agent.id",
  agentName: "gen_ai.agent.name",
  agentDescription: "gen_ai.agent.description",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolCallId: "gen_ai.tool.call.id",
  toolCallArguments: "gen_ai.tool.call.arguments",
  toolCallResult: "gen_ai.tool.call.result",
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",
} as const;

/** Not in any convention yet (semantic-conventions-genai #287), read by Langfuse and others. USD. */
export const GEN_AI_USAGE_COST = "gen_ai.usage.cost";

export const OTEL = {
  errorType: "error.type",
  httpStatusCode: "http.response.status_code",
  mcpMethodName: "mcp.method.name",
  sessionId: "session.id",
  refHeadName: "vcs.ref.head.name",
  serviceName: "service.name",
  serviceVersion: "service.version",
  serviceInstanceId: "service.instance.id",
  distroName: "telemetry.distro.name",
  distroVersion: "telemetry.distro.version",
} as const;

/** Names that Claude Code's native telemetry uses for the same facts: both sides join on them. */
export const NATIVE = {
  promptId: "prompt.id",
  requestId: "request_id",
  toolUseId: "tool_use_id",
  agentId: "agent_id",
} as const;

/** Our own facts. Times are seconds, ratios 0 to 1, costs USD. */
export const CCOTEL = {
  project: "ccotel.project",
  entrypoint: "ccotel.entrypoint",
  runIndex: "ccotel.run.index",
  partIndex: "ccotel.part.index",
  forkedFrom: "ccotel.forked_from",
  turnIndex: "ccotel.turn.index",
  turnSource: "ccotel.turn.source",
  turnOutcome: "ccotel.turn.outcome",
  outcome: "ccotel.outcome",
  turns: "ccotel.turns",
  requests: "ccotel.requests",
  failedRequests: "ccotel.failed_requests",
  unpricedRequests: "ccotel.unpriced_requests",
  toolCalls: "ccotel.tool_calls",
  subagents: "ccotel.subagents",
  compactions: "ccotel.compactions",
  inputTokens: "ccotel.usage.input_tokens",
  outputTokens: "ccotel.usage.output_tokens",
  cacheReadTokens: "ccotel.usage.cache_read_tokens",
  cacheCreationTokens: "ccotel.usage.cache_creation_tokens",
  reasoningTokens: "ccotel.usage.reasoning_tokens",
  webSearches: "ccotel.usage.web_searches",
  costUsd: "ccotel.cost.usd",
  costSource: "ccotel.cost.source",
  hiddenUsd: "ccotel.cost.hidden_usd",
  tokenType: "ccotel.token.type",
  timeToFirstBlock: "ccotel.time_to_first_block",
  cacheWrite5mTokens: "ccotel.cache_write_5m_tokens",
  cacheWrite1hTokens: "ccotel.cache_write_1h_tokens",
  speed: "ccotel.speed",
  effort: "ccotel.effort",
  attempts: "ccotel.attempts",
  aborted: "ccotel.aborted",
  contextUsedRatio: "ccotel.context.used_ratio",
  toolOutcome: "ccotel.tool.outcome",
  toolDenial: "ccotel.tool.denial",
  toolWaitIncluded: "ccotel.tool.wait_included",
  mcpServer: "ccotel.mcp.server",
  background: "ccotel.background",
  compactionTrigger: "ccotel.compaction.trigger",
  compactionPreTokens: "ccotel.compaction.pre_tokens",
  compactionPostTokens: "ccotel.compaction.post_tokens",
  compactionDroppedTokens: "ccotel.compaction.dropped_tokens",
  retryEvent: "ccotel.retry",
  retryDelay: "ccotel.retry.delay",
  relation: "ccotel.link",
} as const;
