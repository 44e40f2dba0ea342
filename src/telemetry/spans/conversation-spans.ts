import type { LlmRequest, Subagent, ToolCall } from "../../session/model.ts";
import { mcpServerOf } from "../../transcript/mcp-server.ts";
import { attributes, seconds } from "../attributes.ts";
import {
  apiFailure,
  noteInName,
  requestInputs,
  subagentContent,
  toolContent,
  toolFailure,
} from "../content/content.ts";
import { type ContentPolicy, NO_CONTENT } from "../content/policy.ts";
import { spanIdOf, toolSpanIdOf } from "../ids.ts";
import { providerOf } from "../provider-name.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import { chatSpan } from "./chat-span.ts";
import { compactionSpan } from "./compaction-span.ts";
import type { Span } from "./span.ts";
import { identity, makeSpan, type Scope, totalsAttributes } from "./span-parts.ts";
import type { Parent } from "./trace-context.ts";

/** Spans of requests and tool calls, sorted by start. The spans of an agent follow the call that waited for it. */
export function conversationSpans(
  conversation: { requests: LlmRequest[]; toolCalls: ToolCall[]; content?: { prompt: string } },
  parent: Parent,
  scope: Scope,
): Span[] {
  const inputs = requestInputs(conversation, scope.context.content ?? NO_CONTENT);
  const calls = conversation.toolCalls.map((call) => ({
    startMs: call.startMs,
    spans: toolSpans(call, parent, scope),
  }));
  const chats = conversation.requests.map((request) => ({
    startMs: request.startMs,
    spans: chatSpans(request, parent, scope, inputs.get(request)),
  }));
  return [...chats, ...calls].sort((a, b) => a.startMs - b.startMs).flatMap(({ spans }) => spans);
}

/** The span of a request, and below it the spans of the advisor requests in its response. */
function chatSpans(
  request: LlmRequest,
  parent: Parent,
  scope: Scope,
  input: Parameters<typeof chatSpan>[3],
): Span[] {
  const span = chatSpan(request, parent, scope, input);
  const self = { traceId: span.traceId, spanId: span.spanId };
  const advisors = request.advisors ?? [];
  return [span, ...advisors.map((advisor) => chatSpan(advisor, self, scope, undefined))];
}

function toolSpans(call: ToolCall, parent: Parent, scope: Scope): Span[] {
  const policy = scope.context.content ?? NO_CONTENT;
  const spanId = toolSpanIdOf(scope.context.sessionId, scope.agentId, call.key);
  const mcpServer = mcpServerOf(call.name);
  const span: Span = makeSpan(scope, parent, {
    spanId,
    name: `execute_tool ${call.name}`,
    startMs: call.startMs,
    endMs: call.endMs,
    status: call.outcome === "error" ? "error" : "unset",
    statusMessage: toolFailure(call, policy),
    attributes: attributes([
      [GEN_AI.operationName, "execute_tool"],
      [GEN_AI.toolName, call.name],
      [GEN_AI.toolType, "function"],
      [GEN_AI.toolCallId, call.id],
      ...identity(scope.context),
      [NATIVE.toolUseId, call.id],
      [NATIVE.promptId, scope.promptId],
      [NATIVE.agentId, scope.agentId],
      ...toolContent(call, policy),
      [OTEL.errorType, call.outcome === "error" ? "tool_error" : undefined],
      [OTEL.mcpMethodName, mcpServer === undefined ? undefined : "tools/call"],
      [CCOTEL.mcpServer, mcpServer],
      [CCOTEL.toolOutcome, call.outcome],
      [CCOTEL.toolDenial, call.denialKind],
      [CCOTEL.findings, call.findings],
      [CCOTEL.toolWaitIncluded, call.waitIncluded],
      [CCOTEL.toolWaited, seconds(call.waitedMs)],
      [CCOTEL.toolSandboxed, call.isSandboxed],
      [CCOTEL.permissionDecision, call.permission?.decision],
      [CCOTEL.permissionSource, call.permission?.source],
      [CCOTEL.permissionReason, call.permission?.reason],
      [CCOTEL.permissionRuleSource, call.permission?.ruleSource],
      [CCOTEL.permissionCode, call.permission?.code],
      [CCOTEL.permissionScope, call.permission?.scope],
    ]),
  });
  const agent = call.subagent === undefined ? [] : subagentSpans(call.subagent, { ...parent, spanId }, scope);
  return [span, ...agent];
}

/** The spans of a subagent: its own, then those of its conversation. `outer`: the scope of the agent that called it. */
export function subagentSpans(subagent: Subagent, parent: Parent, outer: Scope): Span[] {
  const scope: Scope = { ...outer, agentId: subagent.agentId };
  const policy = scope.context.content ?? NO_CONTENT;
  const again = subagent.invocation > 1 ? `/${subagent.invocation}` : "";
  const spanId = spanIdOf(scope.context.sessionId, "subagent", subagent.agentId + again);
  const span: Span = makeSpan(
    scope,
    parent,
    {
      spanId,
      name: agentName(subagent, policy),
      startMs: subagent.startMs,
      endMs: subagent.endMs,
      status: subagent.error === undefined ? "unset" : "error",
      statusMessage: apiFailure(subagent.error, policy),
      attributes: attributes([
        [GEN_AI.operationName, "invoke_agent"],
        [GEN_AI.providerName, providerOf(subagent.requests[0])],
        [GEN_AI.agentId, subagent.agentId],
        [GEN_AI.agentName, subagent.agentType],
        ...subagentContent(subagent, policy),
        ...identity(scope.context),
        [NATIVE.promptId, scope.promptId],
        [NATIVE.agentId, subagent.agentId],
        [OTEL.errorType, subagent.error?.type],
        [CCOTEL.background, subagent.background || undefined],
        [CCOTEL.outcome, subagent.isUnfinished && "unfinished"],
        ...totalsAttributes({ ...subagent.totals, subagents: subagent.totals.subagents - 1 }),
      ]),
    },
    subagent.requests[0]?.clientVersion,
  );
  const self = { traceId: parent.traceId, spanId };
  return [
    span,
    ...(subagent.compactions ?? []).map((compaction) => compactionSpan(compaction, self, scope)),
    ...conversationSpans(subagent, self, scope),
  ];
}

/** The name includes the description, if it may be sent: parallel agents of one type differ only in that. */
function agentName({ agentType, description }: Subagent, policy: ContentPolicy): string {
  const note = noteInName(description, policy);
  return `invoke_agent ${agentType}${note === undefined ? "" : `: ${note}`}`;
}
