import type { Finished } from "../../session/model.ts";
import { type Projection, type Where, walk } from "../../session/walk.ts";
import { attributes } from "../attributes.ts";
import { requestInputs } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { recordIdOf, spanIdOf, toolSpanIdOf } from "../ids.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import { type TraceContext, traceOfPiece } from "../spans/trace-context.ts";
import { callAttributes, denialEvent } from "./call-events.ts";
import type { EventFacts } from "./event-facts.ts";
import { findingEvent } from "./finding-event.ts";
import { inferenceDetails } from "./inference-details.ts";
import type { LogEvent } from "./log-event.ts";
import { apiErrorEvent, refusalEvent, requestLimitEvent } from "./request-events.ts";
import { compactionEvent, hookFailureEvent, interruptEvent, turnLimitEvent } from "./turn-events.ts";

/** The span that an event belongs to, and the version of the client that recorded it. */
interface Owner {
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
  const add = (where: Where, owner: Owner, ...all: (EventFacts | undefined)[]) => {
    for (const facts of all)
      if (facts !== undefined) events.push(eventOf(facts, owner, where, traceId, context));
  };
  const inputs: ReturnType<typeof requestInputs> = new Map();
  const noteInputs = (conversation: Parameters<typeof requestInputs>[0]) => {
    for (const [request, message] of requestInputs(conversation, content)) inputs.set(request, message);
  };
  if (piece.type === "late") noteInputs(piece);
  walk([piece], {
    turn(turn, where) {
      noteInputs(turn);
      const findings = (turn.findings ?? []).map((id) => findingEvent(id, turn.startMs));
      const hooks = (turn.hooks ?? []).map((hook, index) => hookFailureEvent(hook, index, turn, content));
      const owner = { spanId: spanIdOf(sessionId, "turn", turn.id) };
      add(where, owner, ...findings, ...hooks, interruptEvent(turn), turnLimitEvent(turn));
    },
    subagent: (subagent) => noteInputs(subagent),
    compaction(compaction, where) {
      add(where, { spanId: spanIdOf(sessionId, "compaction", compaction.id) }, compactionEvent(compaction));
    },
    request(request, where) {
      const { clientVersion } = request;
      add(
        where,
        { spanId: spanIdOf(sessionId, "request", request.key), clientVersion },
        content.level === "full" ? inferenceDetails(request, inputs.get(request), content) : undefined,
        refusalEvent(request),
        requestLimitEvent(request),
        apiErrorEvent(request, context),
      );
    },
    toolCall(call, where) {
      const findings = (call.findings ?? []).map((id) =>
        findingEvent(id, call.startMs, callAttributes(call, context)),
      );
      const spanId = toolSpanIdOf(sessionId, where.agent?.agentId, call.key);
      add(where, { spanId }, denialEvent(call, context), ...findings);
    },
  });
  return events;
}

function eventOf(
  facts: EventFacts,
  owner: Owner,
  where: Where,
  traceId: string,
  { sessionId, userId }: TraceContext,
): LogEvent {
  const { turn, agent, place } = where;
  const { name, severity, body, atMs, key = "" } = facts;
  const { spanId, clientVersion = place.clientVersion } = owner;
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
        ...Object.entries(facts.attributes ?? {}),
      ]),
      ...facts.structured,
    },
    ...(clientVersion === undefined ? {} : { clientVersion }),
  };
}
