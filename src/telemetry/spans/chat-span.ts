import type { LlmRequest } from "../../session/model.ts";
import { promptTokens } from "../../session/sums/usage.ts";
import { attributes, double, seconds } from "../attributes.ts";
import { apiFailure, attributionContent, chatContent } from "../content/content.ts";
import type { Message } from "../content/messages.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { spanIdOf } from "../ids.ts";
import { providerOf } from "../provider-name.ts";
import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, NATIVE, OTEL } from "../semconv.ts";
import type { Span, SpanEvent, SpanHints } from "./span.ts";
import { identity, makeSpan, type Scope } from "./span-parts.ts";
import type { Parent } from "./trace-context.ts";

/** The span of a request. `input`: the new message of the request, if it may be sent. */
export function chatSpan(
  request: LlmRequest,
  parent: Parent,
  scope: Scope,
  input: Message | undefined,
): Span {
  const { usage, error } = request;
  const policy = scope.context.content ?? NO_CONTENT;
  const answered = error === undefined;
  const used = (tokens: number) => (answered ? tokens : undefined);
  const sinceAttempt = (ms: number | undefined) =>
    ms === undefined || request.lastAttemptMs === undefined ? undefined : seconds(ms - request.lastAttemptMs);
  return makeSpan(
    scope,
    parent,
    {
      spanId: spanIdOf(scope.context.sessionId, "request", request.key),
      name: `chat ${request.requestedModel}`,
      kind: "client",
      startMs: request.startMs,
      endMs: request.endMs,
      status: answered ? "unset" : "error",
      statusMessage: apiFailure(error, policy),
      hints: hintsOf(request),
      events: request.retries.map(retryEvent),
      attributes: attributes([
        [GEN_AI.operationName, "chat"],
        [GEN_AI.providerName, providerOf(request)],
        [GEN_AI.requestModel, request.requestedModel],
        [GEN_AI.responseModel, request.responseModel],
        [GEN_AI.responseId, request.id],
        [GEN_AI.finishReasons, request.stopReason === undefined ? undefined : [request.stopReason]],
        [GEN_AI.inputTokens, used(promptTokens(usage))],
        [GEN_AI.outputTokens, used(usage.output)],
        [GEN_AI.cacheReadTokens, used(usage.cacheRead)],
        [GEN_AI.cacheCreationTokens, used(usage.cacheWrite5m + usage.cacheWrite1h)],
        [GEN_AI.reasoningTokens, usage.reasoning || undefined],
        [GEN_AI_USAGE_COST, double(request.costUsd)],
        [GEN_AI.timeToFirstChunk, sinceAttempt(request.firstChunkMs)],
        ...identity(scope.context),
        [NATIVE.promptId, scope.promptId],
        [NATIVE.requestId, request.requestId],
        [NATIVE.agentId, scope.agentId],
        ...chatContent(request, input, policy),
        [OTEL.errorType, error?.type],
        [OTEL.httpStatusCode, error?.status],
        [CCOTEL.costSource, request.costSource],
        [CCOTEL.timeToFirstBlock, sinceAttempt(request.firstBlockMs)],
        [CCOTEL.cacheWrite5mTokens, usage.cacheWrite5m || undefined],
        [CCOTEL.cacheWrite1hTokens, usage.cacheWrite1h || undefined],
        [CCOTEL.webSearches, usage.webSearches || undefined],
        [CCOTEL.speed, request.speed],
        [CCOTEL.effort, request.effort],
        [CCOTEL.attempts, request.attempts],
        [CCOTEL.aborted, request.aborted],
        [CCOTEL.provisionalUsage, request.provisional],
        [CCOTEL.cacheMissedTokens, request.cacheMiss?.tokens],
        [CCOTEL.cacheMissUsd, double(request.cacheMiss?.usd)],
        [CCOTEL.cacheMissCause, request.cacheMiss?.cause],
        [CCOTEL.contextUsedRatio, double(request.contextUsedRatio)],
        ...attributionContent(request.attribution, policy),
        [CCOTEL.mcpServer, request.attribution?.mcpServer],
        [CCOTEL.mcpTool, request.attribution?.mcpTool],
        [GEN_AI.agentName, request.attribution?.agent],
      ]),
    },
    request.clientVersion,
  );
}

function hintsOf({ firstChunkMs, outputUsd }: LlmRequest): SpanHints | undefined {
  if (firstChunkMs === undefined && outputUsd === undefined) return undefined;
  return {
    ...(firstChunkMs === undefined ? {} : { firstChunkMs }),
    ...(outputUsd === undefined ? {} : { outputUsd }),
  };
}

function retryEvent(retry: LlmRequest["retries"][number]): SpanEvent {
  return {
    name: CCOTEL.retryEvent,
    atMs: retry.atMs,
    attributes: attributes([
      [OTEL.httpStatusCode, retry.status],
      [OTEL.errorType, retry.errorType],
      [CCOTEL.retryDelay, seconds(retry.delayMs)],
    ]),
  };
}
