import type { MetricAttribute, Semconv } from "../../choices.ts";
import type { Usage } from "../../session/amounts.ts";
import type { LlmRequest } from "../../session/model.ts";
import { promptTokens } from "../../session/sums/usage.ts";
import { providerOf } from "../provider-name.ts";
import { CCOTEL, GEN_AI, OTEL } from "../semconv.ts";
import { RENAMED_METRICS, TOKEN_METRICS, TOKEN_MODALITY } from "../semconv-names.ts";
import type { InstrumentName } from "./instruments.ts";
import { type Observation, observation } from "./observation.ts";

/**
 * The observations of one request. `agent`: name of the agent that made it. `wanted`: whether cost and tokens have the
 * skill and the MCP server as attributes.
 */
export function observeRequest(
  request: LlmRequest,
  agent: string,
  wanted: ReadonlySet<MetricAttribute>,
  semconv: Semconv = "v1.41",
): Observation[] {
  const { skill, mcpServer } = request.attribution ?? {};
  const spentOn = {
    [GEN_AI.requestModel]: request.requestedModel,
    [GEN_AI.agentName]: agent,
    [CCOTEL.skillName]: wanted.has("skill") ? skill : undefined,
    [CCOTEL.mcpServer]: wanted.has("mcp") ? mcpServer : undefined,
  };
  const model = { [GEN_AI.requestModel]: request.requestedModel };
  const retries = request.retries.map((retry) =>
    observation("ccotel.api.retries", 1, {
      ...model,
      [OTEL.errorType]: retry.errorType ?? (retry.status === undefined ? "unknown" : String(retry.status)),
    }),
  );
  const operation = {
    [GEN_AI.operationName]: "chat",
    [GEN_AI.providerName]: providerOf(request),
    ...model,
    [GEN_AI.responseModel]: request.responseModel,
  };
  const nameOf = (name: keyof typeof RENAMED_METRICS) =>
    semconv === "latest" ? RENAMED_METRICS[name] : name;
  const duration = observation(
    nameOf("gen_ai.client.operation.duration"),
    (request.endMs - request.startMs) / 1000,
    {
      ...operation,
      [OTEL.errorType]: request.error?.type,
    },
  );
  if (request.error !== undefined) {
    const error = observation("ccotel.api.errors", 1, { ...model, [OTEL.errorType]: request.error.type });
    return [...retries, duration, error];
  }
  return [
    ...retries,
    // The transcript has no start of an advisor's request. Its time is part of the response's.
    ...(request.isAdvisor ? [] : [duration]),
    ...(semconv === "latest" ? latestTokens(request, operation) : tokenUsage(request, operation)),
    ...observeTokens(request, spentOn),
    ...observeCost(request, spentOn),
    ...observeSpeed(request, operation, nameOf("gen_ai.client.operation.time_to_first_chunk")),
  ];
}

function tokenUsage({ usage }: LlmRequest, operation: Record<string, string | undefined>): Observation[] {
  const usageOf = (type: "input" | "output", tokens: number) =>
    observation("gen_ai.client.token.usage", tokens, { ...operation, [GEN_AI.tokenType]: type });
  return [usageOf("input", promptTokens(usage)), usageOf("output", usage.output)];
}

/** Token metrics under the latest names. Cache tokens are part of the input, reasoning tokens part of the output. */
function latestTokens({ usage }: LlmRequest, operation: Record<string, string | undefined>): Observation[] {
  const { input, output, cacheRead, cacheWrite, reasoning } = TOKEN_METRICS;
  const counted = [
    [input.counter, promptTokens(usage)],
    [output.counter, usage.output],
    [cacheRead.counter, usage.cacheRead],
    [cacheWrite.counter, usage.cacheWrite5m + usage.cacheWrite1h],
    [reasoning.counter, usage.reasoning],
  ] as const;
  return [
    observation(input.histogram, promptTokens(usage), operation),
    observation(output.histogram, usage.output, operation),
    ...counted
      .filter(([, tokens]) => tokens > 0)
      .map(([name, tokens]) => observation(name, tokens, { ...operation, [TOKEN_MODALITY]: "unknown" })),
  ];
}

function observeTokens({ usage }: LlmRequest, spentOn: Record<string, string | undefined>): Observation[] {
  return disjointTokens(usage)
    .filter(([, tokens]) => tokens > 0)
    .map(([type, tokens]) => observation("ccotel.tokens", tokens, { ...spentOn, [CCOTEL.tokenType]: type }));
}

function disjointTokens(usage: Usage): [type: string, tokens: number][] {
  return [
    ["uncached_input", usage.input],
    ["output", usage.output],
    ["cache_read", usage.cacheRead],
    ["cache_write_5m", usage.cacheWrite5m],
    ["cache_write_1h", usage.cacheWrite1h],
  ];
}

function observeCost(
  { requestedModel, costUsd }: LlmRequest,
  spentOn: Record<string, string | undefined>,
): Observation[] {
  if (costUsd === undefined)
    return [observation("ccotel.unpriced_requests", 1, { [GEN_AI.requestModel]: requestedModel })];
  // A free request adds nothing, so it needs no series.
  return costUsd > 0 ? [observation("ccotel.cost", costUsd, spentOn)] : [];
}

/**
 * Times since the start of the successful attempt, if the client records attempts, and the use of the context window.
 */
function observeSpeed(
  request: LlmRequest,
  operation: Record<string, string | undefined>,
  timeToFirstChunk: InstrumentName,
): Observation[] {
  const { lastAttemptMs, firstChunkMs, firstBlockMs, contextUsedRatio, usage, endMs } = request;
  const model = { [GEN_AI.requestModel]: request.requestedModel };
  const observed: Observation[] = [];
  if (contextUsedRatio !== undefined) {
    observed.push(observation("ccotel.context.used_ratio", contextUsedRatio, model));
  }
  if (lastAttemptMs === undefined) return observed;
  const since = (ms: number) => (ms - lastAttemptMs) / 1000;
  if (firstChunkMs !== undefined) {
    observed.push(observation(timeToFirstChunk, since(firstChunkMs), operation));
  }
  if (firstBlockMs !== undefined) {
    observed.push(observation("ccotel.time_to_first_block", since(firstBlockMs), model));
  }
  // For a response that was stopped, the client's output tokens are not the number received.
  if (request.aborted !== true && endMs > lastAttemptMs && usage.output > 0) {
    observed.push(observation("ccotel.output_tokens_per_second", usage.output / since(endMs), model));
  }
  return observed;
}
