import type { Place, RunPart, Totals } from "../session/model.ts";
import { promptTokens } from "../session/usage.ts";
import { double } from "./attributes.ts";
import { CCOTEL, GEN_AI, OTEL } from "./semconv.ts";
import type { SpanLink } from "./span.ts";
import type { Parent, TraceContext } from "./trace-context.ts";

/** What all spans of one piece share. */
export interface Scope {
  context: TraceContext;
  part: RunPart;
  promptId?: string;
  /** The subagent whose conversation it is. */
  agentId?: string;
}

export function base(scope: Scope, parent: Parent, clientVersion = scope.part.place.clientVersion) {
  return {
    traceId: parent.traceId,
    ...(parent.spanId === undefined ? {} : { parentSpanId: parent.spanId }),
    kind: "internal" as const,
    status: "unset" as const,
    events: [],
    links: [],
    ...(clientVersion === undefined ? {} : { clientVersion }),
  };
}

export function link(traceId: string, spanId: string, relation: string): SpanLink {
  return { traceId, spanId, attributes: { [CCOTEL.relation]: relation } };
}

/** The session's id under both names that backends group by. */
export function identity(context: TraceContext) {
  return { [GEN_AI.conversationId]: context.sessionId, [OTEL.sessionId]: context.sessionId };
}

export function runAttributes(part: RunPart) {
  return {
    [CCOTEL.runIndex]: part.run,
    [CCOTEL.partIndex]: part.part || undefined,
    [CCOTEL.forkedFrom]: part.forkedFrom,
  };
}

export function placeAttributes(place: Place) {
  return {
    [CCOTEL.project]: place.project,
    [OTEL.refHeadName]: place.branch,
    [CCOTEL.entrypoint]: place.entrypoint,
  };
}

/** Sums, under names of our own: backends would add `gen_ai.usage.*` here to those of the chat spans. */
export function totalsAttributes(totals: Totals) {
  const { usage } = totals;
  return {
    [CCOTEL.requests]: totals.requests,
    [CCOTEL.failedRequests]: totals.failedRequests || undefined,
    [CCOTEL.toolCalls]: totals.toolCalls,
    [CCOTEL.subagents]: totals.subagents || undefined,
    [CCOTEL.inputTokens]: promptTokens(usage),
    [CCOTEL.outputTokens]: usage.output,
    [CCOTEL.cacheReadTokens]: usage.cacheRead,
    [CCOTEL.cacheCreationTokens]: usage.cacheWrite5m + usage.cacheWrite1h,
    [CCOTEL.reasoningTokens]: usage.reasoning || undefined,
    [CCOTEL.webSearches]: usage.webSearches || undefined,
    [CCOTEL.costUsd]: double(totals.costUsd),
    [CCOTEL.unpricedRequests]: totals.unpricedRequests || undefined,
  };
}
