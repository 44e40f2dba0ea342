import type {
  Compaction,
  Finished,
  LlmRequest,
  Place,
  RunPart,
  Subagent,
  ToolCall,
  Totals,
  Turn,
} from "../session/model.ts";
import { promptTokens } from "../session/usage.ts";
import { attributes, double, seconds } from "./attributes.ts";
import { chatContent, describesAgent, toolContent, turnContent } from "./content.ts";
import { spanIdOf, traceIdOf } from "./ids.ts";
import { providerOf } from "./provider.ts";
import { CCOTEL, GEN_AI, GEN_AI_USAGE_COST, NATIVE, OTEL } from "./semconv.ts";
import type { Attributes, Span, SpanEvent, SpanLink } from "./span.ts";
import {
  hasSessionSpan,
  inboundOf,
  type Parent,
  parentInPart,
  parentOfTurnChild,
  sessionSpanId,
  type TraceContext,
  traceOfPart,
} from "./trace-context.ts";

/** Finished pieces of a session → spans, parents before their children. */
export function toSpans(finished: Finished[], context: TraceContext): Span[] {
  return finished.flatMap((piece) => spansOf(piece, context));
}

function spansOf(piece: Finished, context: TraceContext): Span[] {
  const { part } = piece;
  switch (piece.type) {
    case "part_started":
      return hasSessionSpan(context, part) ? [sessionSpan(piece, context)] : [];
    case "part_finished":
      return hasSessionSpan(context, part) ? [partSummarySpan(piece, context)] : [];
    case "run_finished":
      return [summarySpan(piece, context)];
    case "compaction": {
      const parent = parentInPart(context, part, piece.compaction.id);
      return [compactionSpan(piece.compaction, parent, { context, part })];
    }
    case "turn":
      return turnSpans(piece, context);
    case "late": {
      const first = piece.requests[0];
      const parent = parentOfTurnChild(context, part, piece.turnId, first?.id ?? "late");
      return conversationSpans(piece, parent, { context, part });
    }
    case "subagent": {
      const { subagent } = piece;
      const owner = parentOfTurnChild(context, part, piece.turnId, subagent.agentId);
      const callId = subagent.toolUseId;
      const spanId = callId === undefined ? owner.spanId : spanIdOf(context.sessionId, "tool", callId);
      return subagentSpans(subagent, { traceId: owner.traceId, spanId }, { context, part });
    }
  }
}

/** What all spans of one piece share. */
interface Scope {
  context: TraceContext;
  part: RunPart;
  promptId?: string;
  /** The subagent whose conversation it is. */
  agentId?: string;
}

function sessionSpan(piece: Extract<Finished, { type: "part_started" }>, context: TraceContext): Span {
  const { part } = piece;
  const links: SpanLink[] = [];
  if (piece.previous !== undefined) {
    const relation = piece.previous.run === part.run ? "previous_part" : "previous_run";
    links.push(
      link(traceOfPart(context, piece.previous), sessionSpanId(context.sessionId, piece.previous), relation),
    );
  }
  if (part.forkedFrom !== undefined && part.run === 0 && part.part === 0) {
    const source = { sessionId: part.forkedFrom, scope: context.scope };
    links.push(link(traceOfPart(source, part), sessionSpanId(part.forkedFrom, part), "forked_from"));
  }
  const inbound = inboundOf(context, part);
  if (inbound !== undefined && !inbound.sampled) links.push(link(inbound.traceId, inbound.spanId, "inbound"));
  return {
    ...base({ context, part }, { traceId: traceOfPart(context, part), spanId: undefined }),
    ...(inbound?.sampled ? { parentSpanId: inbound.spanId, parentIsRemote: true as const } : {}),
    spanId: sessionSpanId(context.sessionId, part),
    name: "claude_code.session",
    startMs: part.startMs,
    endMs: Math.max(piece.firstEndMs, part.startMs),
    attributes: attributes({ ...identity(context), ...runAttributes(part), ...placeAttributes(part.place) }),
    links,
  };
}

/** A part that is full says so: its span reaches over all of it and points to the part that goes on. */
function partSummarySpan(piece: Extract<Finished, { type: "part_finished" }>, context: TraceContext): Span {
  const { part } = piece;
  const next = { run: part.run, part: part.part + 1, startMs: part.startMs };
  return {
    ...base({ context, part }, parentInPart(context, part, "")),
    spanId: spanIdOf(context.sessionId, "summary", `${part.run}/${part.part}`),
    name: "claude_code.session.summary",
    startMs: part.startMs,
    endMs: Math.max(piece.endMs, part.startMs),
    attributes: attributes({ ...identity(context), ...runAttributes(part), [CCOTEL.turns]: piece.turns }),
    links: [link(traceOfPart(context, next), sessionSpanId(context.sessionId, next), "next_part")],
  };
}

function summarySpan(piece: Extract<Finished, { type: "run_finished" }>, context: TraceContext): Span {
  const { part, summary } = piece;
  const own = { traceId: traceIdOf(context.sessionId, part.run, part.part), spanId: undefined };
  const parent = hasSessionSpan(context, part) ? parentInPart(context, part, "") : own;
  return {
    ...base({ context, part }, parent),
    spanId: spanIdOf(context.sessionId, "summary", `${part.run}/${part.part}`),
    name: "claude_code.session.summary",
    startMs: part.startMs,
    endMs: summary.endMs,
    attributes: attributes({
      ...identity(context),
      ...runAttributes(part),
      ...placeAttributes(part.place),
      [CCOTEL.outcome]: summary.outcome,
      [CCOTEL.turns]: summary.turns,
      [CCOTEL.compactions]: summary.compactions,
      ...totalsAttributes(summary.totals),
      [CCOTEL.hiddenUsd]: double(hiddenUsd(summary.hiddenUsd)),
    }),
  };
}

/** Sums of the same prices in another order differ in the last digits; that is not a hidden cost. */
function hiddenUsd(usd: number | undefined): number | undefined {
  return usd === undefined || Math.abs(usd) < 1e-9 ? undefined : usd;
}

function turnSpans(piece: Extract<Finished, { type: "turn" }>, context: TraceContext): Span[] {
  const { part, turn, previousTurn } = piece;
  const scope: Scope = { context, part, ...(turn.promptId === undefined ? {} : { promptId: turn.promptId }) };
  const parent = parentInPart(context, part, turn.id);
  const spanId = spanIdOf(context.sessionId, "turn", turn.id);
  const links: SpanLink[] = [];
  if (!hasSessionSpan(context, part) && previousTurn !== undefined) {
    const { sessionId, id } = previousTurn;
    const relation = sessionId === context.sessionId ? "previous_turn" : "forked_from";
    links.push(link(traceIdOf(sessionId, id), spanIdOf(sessionId, "turn", id), relation));
  }
  const native = turn.promptId === undefined ? undefined : context.interactions?.[turn.promptId];
  if (native !== undefined) links.push(link(native.traceId, native.spanId, "native_interaction"));
  const self = { traceId: parent.traceId, spanId };
  return [
    {
      ...base(scope, parent, turn.place.clientVersion),
      spanId,
      name: "invoke_agent claude-code",
      startMs: turn.startMs,
      endMs: turn.endMs,
      status: turn.outcome === "failed" ? "error" : "unset",
      links,
      attributes: turnAttributes(turn, scope),
    },
    ...turn.compactions.map((compaction) => compactionSpan(compaction, self, scope)),
    ...conversationSpans(turn, self, scope),
  ];
}

function turnAttributes(turn: Turn, scope: Scope): Attributes {
  return attributes({
    [GEN_AI.operationName]: "invoke_agent",
    [GEN_AI.providerName]: providerOf(turn.requests[0]),
    [GEN_AI.agentName]: "claude-code",
    ...identity(scope.context),
    [NATIVE.promptId]: turn.promptId,
    [CCOTEL.turnIndex]: turn.index,
    [CCOTEL.turnSource]: turn.source,
    [CCOTEL.turnOutcome]: turn.outcome,
    [OTEL.errorType]: turn.outcome === "failed" ? (turn.error?.type ?? "unknown") : undefined,
    ...placeAttributes(turn.place),
    ...totalsAttributes(turn.totals),
    ...turnContent(turn),
  });
}

/** Requests and tool calls by their start, each call followed by the agent that it waited for. */
function conversationSpans(
  conversation: { requests: LlmRequest[]; toolCalls: ToolCall[] },
  parent: Parent,
  scope: Scope,
): Span[] {
  const calls = conversation.toolCalls.map((call) => ({
    startMs: call.startMs,
    spans: toolSpans(call, parent, scope),
  }));
  const chats = conversation.requests.map((request) => ({
    startMs: request.startMs,
    spans: [chatSpan(request, parent, scope)],
  }));
  return [...chats, ...calls].sort((a, b) => a.startMs - b.startMs).flatMap(({ spans }) => spans);
}

function chatSpan(request: LlmRequest, parent: Parent, scope: Scope): Span {
  const { usage, error } = request;
  const answered = error === undefined;
  const used = (tokens: number) => (answered ? tokens : undefined);
  const sinceAttempt = (ms: number | undefined) =>
    ms === undefined || request.lastAttemptMs === undefined ? undefined : seconds(ms - request.lastAttemptMs);
  return {
    ...base(scope, parent, request.clientVersion),
    spanId: spanIdOf(scope.context.sessionId, "request", request.id),
    name: `chat ${request.requestedModel}`,
    kind: "client",
    startMs: request.startMs,
    endMs: request.endMs,
    status: answered ? "unset" : "error",
    events: request.retries.map(retryEvent),
    attributes: attributes({
      [GEN_AI.operationName]: "chat",
      [GEN_AI.providerName]: providerOf(request),
      [GEN_AI.requestModel]: request.requestedModel,
      [GEN_AI.responseModel]: request.responseModel,
      [GEN_AI.responseId]: answered ? request.id : undefined,
      [GEN_AI.finishReasons]: request.stopReason === undefined ? undefined : [request.stopReason],
      [GEN_AI.inputTokens]: used(promptTokens(usage)),
      [GEN_AI.outputTokens]: used(usage.output),
      [GEN_AI.cacheReadTokens]: used(usage.cacheRead),
      [GEN_AI.cacheCreationTokens]: used(usage.cacheWrite5m + usage.cacheWrite1h),
      [GEN_AI.reasoningTokens]: usage.reasoning || undefined,
      [GEN_AI_USAGE_COST]: double(request.costUsd),
      [GEN_AI.timeToFirstChunk]: sinceAttempt(request.firstChunkMs),
      ...identity(scope.context),
      [NATIVE.promptId]: scope.promptId,
      [NATIVE.requestId]: request.requestId,
      [NATIVE.agentId]: scope.agentId,
      [OTEL.errorType]: error?.type,
      [OTEL.httpStatusCode]: error?.status,
      [CCOTEL.costSource]: request.costSource,
      [CCOTEL.timeToFirstBlock]: sinceAttempt(request.firstBlockMs),
      [CCOTEL.cacheWrite5mTokens]: usage.cacheWrite5m || undefined,
      [CCOTEL.cacheWrite1hTokens]: usage.cacheWrite1h || undefined,
      [CCOTEL.webSearches]: usage.webSearches || undefined,
      [CCOTEL.speed]: request.speed,
      [CCOTEL.effort]: request.effort,
      [CCOTEL.attempts]: request.attempts,
      [CCOTEL.aborted]: request.aborted,
      [CCOTEL.contextUsedRatio]: double(request.contextUsedRatio),
      ...chatContent(request),
    }),
  };
}

function retryEvent(retry: LlmRequest["retries"][number]): SpanEvent {
  return {
    name: CCOTEL.retryEvent,
    atMs: retry.atMs,
    attributes: attributes({
      [OTEL.httpStatusCode]: retry.status,
      [OTEL.errorType]: retry.errorType,
      [CCOTEL.retryDelay]: seconds(retry.delayMs),
    }),
  };
}

function toolSpans(call: ToolCall, parent: Parent, scope: Scope): Span[] {
  const spanId = spanIdOf(scope.context.sessionId, "tool", call.id);
  const mcpServer = /^mcp__(.+?)__/.exec(call.name)?.[1];
  const span: Span = {
    ...base(scope, parent),
    spanId,
    name: `execute_tool ${call.name}`,
    startMs: call.startMs,
    endMs: call.endMs,
    status: call.outcome === "error" ? "error" : "unset",
    attributes: attributes({
      [GEN_AI.operationName]: "execute_tool",
      [GEN_AI.toolName]: call.name,
      [GEN_AI.toolType]: "function",
      [GEN_AI.toolCallId]: call.id,
      ...identity(scope.context),
      [NATIVE.toolUseId]: call.id,
      [NATIVE.promptId]: scope.promptId,
      [NATIVE.agentId]: scope.agentId,
      [OTEL.errorType]: call.outcome === "error" ? "tool_error" : undefined,
      [OTEL.mcpMethodName]: mcpServer === undefined ? undefined : "tools/call",
      [CCOTEL.mcpServer]: mcpServer,
      [CCOTEL.toolOutcome]: call.outcome,
      [CCOTEL.toolDenial]: call.denialKind,
      [CCOTEL.toolWaitIncluded]: call.waitIncluded,
      ...toolContent(call),
    }),
  };
  const agent = call.subagent === undefined ? [] : subagentSpans(call.subagent, { ...parent, spanId }, scope);
  return [span, ...agent];
}

function subagentSpans(subagent: Subagent, parent: Parent, outer: Scope): Span[] {
  const scope: Scope = { ...outer, agentId: subagent.agentId };
  const again = subagent.invocation > 1 ? `/${subagent.invocation}` : "";
  const spanId = spanIdOf(scope.context.sessionId, "subagent", subagent.agentId + again);
  const span: Span = {
    ...base(scope, parent, subagent.requests[0]?.clientVersion),
    spanId,
    name: `invoke_agent ${subagent.agentType}`,
    startMs: subagent.startMs,
    endMs: subagent.endMs,
    status: subagent.error === undefined ? "unset" : "error",
    attributes: attributes({
      [GEN_AI.operationName]: "invoke_agent",
      [GEN_AI.providerName]: providerOf(subagent.requests[0]),
      [GEN_AI.agentId]: subagent.agentId,
      [GEN_AI.agentName]: subagent.agentType,
      ...describesAgent(subagent),
      ...identity(scope.context),
      [NATIVE.promptId]: scope.promptId,
      [NATIVE.agentId]: subagent.agentId,
      [OTEL.errorType]: subagent.error?.type,
      [CCOTEL.background]: subagent.background || undefined,
      ...totalsAttributes(subagent.totals),
    }),
  };
  return [span, ...conversationSpans(subagent, { traceId: parent.traceId, spanId }, scope)];
}

function compactionSpan(compaction: Compaction, parent: Parent, scope: Scope): Span {
  return {
    ...base(scope, parent),
    spanId: spanIdOf(scope.context.sessionId, "compaction", compaction.id),
    name: "claude_code.compaction",
    startMs: compaction.startMs,
    endMs: compaction.endMs,
    attributes: attributes({
      ...identity(scope.context),
      [NATIVE.promptId]: scope.promptId,
      [CCOTEL.compactionTrigger]: compaction.trigger,
      [CCOTEL.compactionPreTokens]: compaction.preTokens,
      [CCOTEL.compactionPostTokens]: compaction.postTokens,
      [CCOTEL.compactionDroppedTokens]: compaction.droppedTokens,
    }),
  };
}

function base(scope: Scope, parent: Parent, clientVersion = scope.part.place.clientVersion) {
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

function link(traceId: string, spanId: string, relation: string): SpanLink {
  return { traceId, spanId, attributes: { [CCOTEL.relation]: relation } };
}

/** The session's id under both names that backends group by. */
function identity(context: TraceContext) {
  return { [GEN_AI.conversationId]: context.sessionId, [OTEL.sessionId]: context.sessionId };
}

function runAttributes(part: RunPart) {
  return {
    [CCOTEL.runIndex]: part.run,
    [CCOTEL.partIndex]: part.part || undefined,
    [CCOTEL.forkedFrom]: part.forkedFrom,
  };
}

function placeAttributes(place: Place) {
  return {
    [CCOTEL.project]: place.project,
    [OTEL.refHeadName]: place.branch,
    [CCOTEL.entrypoint]: place.entrypoint,
  };
}

/** Sums, under names of our own: backends would add `gen_ai.usage.*` here to those of the chat spans. */
function totalsAttributes(totals: Totals) {
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
