import type {
  ApiFailure,
  Compaction,
  Finished,
  HookRun,
  LlmRequest,
  ToolCall,
  Turn,
} from "../../session/model.ts";
import { type Projection, type Where, walk } from "../../session/walk.ts";
import { RULES, type Rule } from "../../signals/rules.ts";
import { attributes, double, seconds } from "../attributes.ts";
import { apiFailure, hookCommand, requestInputs, toolContent } from "../content/content.ts";
import { type ContentPolicy, NO_CONTENT } from "../content/policy.ts";
import { recordIdOf, spanIdOf, toolSpanIdOf } from "../ids.ts";
import { providerOf } from "../provider-name.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import { type TraceContext, traceOfPiece } from "../spans/trace-context.ts";
import { inferenceDetails } from "./inference-details.ts";
import type { LogEvent, LogSeverity } from "./log-event.ts";
import { EVENTS, LOG } from "./names.ts";

/** The part of an event that is its own. `eventOf` adds what all events share. */
interface Said {
  name: string;
  severity: LogSeverity;
  body: string;
  atMs: number;
  /** Distinguishes events of one name and span. */
  key?: string;
  attributes: Record<string, string | number | boolean | string[] | undefined>;
  /** Structured values, which only log records can have. */
  structured?: LogEvent["attributes"];
}

/** The span that an event belongs to, and the version of the client that recorded it. */
interface Of {
  spanId: string;
  /** Default: the version of the turn or run part. */
  clientVersion?: string | undefined;
}

/**
 * Finished pieces of a session → log records of events that may need attention. Each record has the ids of the span
 * that it belongs to, so that logs, traces and metrics match. The modules in content/ decide which content records
 * hold, as they do for spans.
 */
export const toLogEvents: Projection<LogEvent, [context: TraceContext]> = (finished, context) =>
  finished.flatMap((piece) => eventsOfPiece(piece, context));

function eventsOfPiece(piece: Finished, context: TraceContext): LogEvent[] {
  const events: LogEvent[] = [];
  const { sessionId, content = NO_CONTENT } = context;
  const traceId = traceOfPiece(piece, context);
  const add = (where: Where, of: Of, ...said: (Said | undefined)[]) => {
    for (const one of said) if (one !== undefined) events.push(eventOf(one, of, where, traceId, context));
  };
  const inputs: ReturnType<typeof requestInputs> = new Map();
  const noteInputs = (conversation: Parameters<typeof requestInputs>[0]) => {
    for (const [request, message] of requestInputs(conversation, content)) inputs.set(request, message);
  };
  if (piece.type === "late") noteInputs(piece);
  walk([piece], {
    turn(turn, where) {
      noteInputs(turn);
      const findings = (turn.findings ?? []).map((id) => findingOf(id, turn.startMs));
      const hooks = (turn.hooks ?? []).map((hook, index) => hookFailureOf(hook, index, turn, content));
      const of = { spanId: spanIdOf(sessionId, "turn", turn.id) };
      add(where, of, ...findings, ...hooks, interruptOf(turn), limitOfTurn(turn));
    },
    subagent: (subagent) => noteInputs(subagent),
    compaction(compaction, where) {
      add(where, { spanId: spanIdOf(sessionId, "compaction", compaction.id) }, compactionOf(compaction));
    },
    request(request, where) {
      const { clientVersion } = request;
      add(
        where,
        { spanId: spanIdOf(sessionId, "request", request.key), clientVersion },
        content.level === "full" ? inferenceDetails(request, inputs.get(request), content) : undefined,
        refusalOf(request),
        limitOfRequest(request),
        errorOf(request, context),
      );
    },
    toolCall(call, where) {
      const findings = (call.findings ?? []).map((id) => findingOf(id, call.startMs, ofCall(call, context)));
      const spanId = toolSpanIdOf(sessionId, where.agent?.agentId, call.key);
      add(where, { spanId }, denialOf(call, context), ...findings);
    },
  });
  return events;
}

function eventOf(
  said: Said,
  of: Of,
  where: Where,
  traceId: string,
  { sessionId, userId }: TraceContext,
): LogEvent {
  const { turn, agent, place } = where;
  const { name, severity, body, atMs, key = "" } = said;
  const { spanId, clientVersion = place.clientVersion } = of;
  return {
    id: recordIdOf(sessionId, name, spanId, key),
    name,
    severity,
    body,
    atMs,
    traceId,
    spanId,
    attributes: {
      ...attributes([
        [OTEL.sessionId, sessionId],
        [GEN_AI.conversationId, sessionId],
        [OTEL.userId, userId],
        [NATIVE.promptId, turn?.promptId],
        [NATIVE.agentId, agent?.agentId],
        [GEN_AI.agentName, agent?.agentType ?? "claude-code"],
        [CCOTEL.project, place.project],
        ...Object.entries(said.attributes ?? {}),
      ]),
      ...said.structured,
    },
    ...(clientVersion === undefined ? {} : { clientVersion }),
  };
}

function errorOf(request: LlmRequest, { content = NO_CONTENT }: TraceContext): Said | undefined {
  const { error } = request;
  if (error === undefined) return undefined;
  const status = error.status === undefined ? "" : ` (${error.status})`;
  return {
    name: EVENTS.apiError,
    severity: "ERROR",
    body: `A request to the model failed: ${error.type}${status}`,
    atMs: request.endMs,
    attributes: {
      ...ofRequest(request),
      [OTEL.errorType]: error.type,
      [OTEL.httpStatusCode]: error.status,
      [LOG.errorMessage]: apiFailure(error, content),
      [CCOTEL.attempts]: request.attempts,
    },
  };
}

function refusalOf(request: LlmRequest): Said | undefined {
  if (request.stopReason !== "refusal") return undefined;
  return {
    name: EVENTS.refusal,
    severity: "WARN",
    body: "The model refused to answer",
    atMs: request.endMs,
    attributes: { ...ofRequest(request), [GEN_AI.finishReasons]: ["refusal"] },
  };
}

/** Limits of the answer, the model or the account, with the text of the record. */
const LIMITS = new Map([
  ["max_tokens", "The answer reached the limit of output tokens"],
  ["model_context_window_exceeded", "The context window is full"],
  ["rate_limit", "A rate or usage limit of the account was reached"],
]);

function limitOfRequest(request: LlmRequest): Said | undefined {
  const isRefused = request.error !== undefined && isRateLimit(request.error);
  const limit = isRefused ? "rate_limit" : request.stopReason;
  const body = LIMITS.get(limit ?? "");
  if (body === undefined) return undefined;
  return {
    name: EVENTS.limit,
    severity: "WARN",
    body,
    atMs: request.endMs,
    attributes: { ...ofRequest(request), [LOG.limit]: limit },
  };
}

/** Whether a request failed at a limit of the account or subscription. */
function isRateLimit({ type, status }: ApiFailure): boolean {
  return status === 429 || type === "rate_limit" || type === "rate_limit_error";
}

/** Limits from the options of `claude -p`, by error type. */
const TURN_LIMITS = new Map([
  ["max_turns", "The limit of turns was reached"],
  ["max_budget_usd", "The budget was spent"],
]);

function limitOfTurn(turn: Turn): Said | undefined {
  const body = turn.outcome === "failed" ? TURN_LIMITS.get(turn.error?.type ?? "") : undefined;
  if (body === undefined) return undefined;
  return {
    name: EVENTS.limit,
    severity: "WARN",
    body,
    atMs: turn.endMs,
    attributes: { [LOG.limit]: turn.error?.type, [CCOTEL.costUsd]: double(turn.totals.costUsd) },
  };
}

function interruptOf(turn: Turn): Said | undefined {
  if (turn.outcome !== "interrupted") return undefined;
  return {
    name: EVENTS.interrupt,
    severity: "INFO",
    body: "A person interrupted the turn",
    atMs: turn.endMs,
    attributes: {
      [CCOTEL.turnIndex]: turn.index,
      [CCOTEL.turnSource]: turn.source,
      [LOG.turnDuration]: seconds(turn.endMs - turn.startMs),
    },
  };
}

function compactionOf(compaction: Compaction): Said {
  return {
    name: EVENTS.compaction,
    severity: "INFO",
    body: "The conversation was compacted",
    atMs: compaction.endMs,
    attributes: {
      [CCOTEL.compactionTrigger]: compaction.trigger,
      [CCOTEL.compactionPreTokens]: compaction.preTokens,
      [CCOTEL.compactionPostTokens]: compaction.postTokens,
      [CCOTEL.compactionDroppedTokens]: compaction.droppedTokens,
    },
  };
}

function denialOf(call: ToolCall, context: TraceContext): Said | undefined {
  if (call.outcome !== "denied") return undefined;
  return {
    name: EVENTS.denial,
    severity: "WARN",
    body: `A call of ${call.name} was denied${call.denialKind === undefined ? "" : `: ${call.denialKind}`}`,
    atMs: call.endMs,
    attributes: {
      ...ofCall(call, context),
      [CCOTEL.toolDenial]: call.denialKind,
      [CCOTEL.permissionSource]: call.permission?.source,
      [CCOTEL.permissionReason]: call.permission?.reason,
      [CCOTEL.permissionRuleSource]: call.permission?.ruleSource,
      [CCOTEL.permissionCode]: call.permission?.code,
    },
  };
}

const RULE = new Map<string, Rule>(RULES.map((rule) => [rule.id, rule]));
const RULE_SEVERITY = { low: "INFO", medium: "WARN", high: "ERROR", critical: "FATAL" } as const;

/** `call`: attributes of the tool call that the finding is about. Without it, the finding is about the turn. */
function findingOf(id: string, atMs: number, call?: Said["attributes"]): Said {
  // An id whose rule this version does not have, because another version found it, is sent, too.
  const { severity = "low", version, title } = RULE.get(id) ?? {};
  const what = call === undefined ? "A turn" : "A tool call";
  return {
    name: EVENTS.finding,
    severity: RULE_SEVERITY[severity],
    body: title === undefined ? `${what} meets ${id}` : `${what} ${title}`,
    atMs,
    key: id,
    attributes: {
      [CCOTEL.findingId]: id,
      [LOG.findingVersion]: version,
      [LOG.findingSeverity]: severity,
      ...call,
    },
  };
}

/** Outcomes of hooks that are failures. Blocking is none: it is what the hook is for. */
const HOOK_FAILURES = new Map<HookRun["outcome"], string>([
  ["error", "A hook failed"],
  ["cancelled", "A hook was cancelled or ran out of time"],
]);

function hookFailureOf(hook: HookRun, index: number, turn: Turn, content: ContentPolicy): Said | undefined {
  const body = HOOK_FAILURES.get(hook.outcome);
  if (body === undefined) return undefined;
  return {
    name: EVENTS.hookFailed,
    severity: "WARN",
    body: `${body}: ${hook.event}`,
    // The hook's record may come after the turn's last one, although it belongs to the turn.
    atMs: Math.min(hook.atMs ?? turn.endMs, turn.endMs),
    key: String(index),
    attributes: {
      [CCOTEL.hookEvent]: hook.event,
      [CCOTEL.hookOutcome]: hook.outcome,
      [LOG.hookDuration]: seconds(hook.durationMs),
      [LOG.hookCommand]: hookCommand(hook, content),
    },
  };
}

function ofRequest(request: LlmRequest) {
  return {
    [GEN_AI.providerName]: providerOf(request),
    [GEN_AI.requestModel]: request.requestedModel,
    [GEN_AI.responseModel]: request.responseModel,
    [NATIVE.requestId]: request.requestId,
  };
}

function ofCall(call: ToolCall, { content = NO_CONTENT }: TraceContext) {
  return {
    [GEN_AI.toolName]: call.name,
    [GEN_AI.toolCallId]: call.id,
    [NATIVE.toolUseId]: call.id,
    [CCOTEL.toolOutcome]: call.outcome,
    ...Object.fromEntries(
      toolContent(call, content.level === "full" ? { ...content, level: "details" } : content),
    ),
  };
}
