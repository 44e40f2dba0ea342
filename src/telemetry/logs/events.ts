import type { Finished } from "../../session/model.ts";
import { type Projection, type Where, walk } from "../../session/walk.ts";
import { attributes } from "../attributes.ts";
import { requestInputs } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { recordIdOf, spanIdOf, toolSpanIdOf } from "../ids.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import { type TraceContext, traceOfPiece } from "../spans/trace-context.ts";
import { denialOf, ofCall } from "./call-events.ts";
import { findingOf } from "./finding-event.ts";
import { inferenceDetails } from "./inference-details.ts";
import type { LogEvent } from "./log-event.ts";
import { errorOf, limitOfRequest, refusalOf } from "./request-events.ts";
import type { Said } from "./said.ts";
import { compactionOf, hookFailureOf, interruptOf, limitOfTurn } from "./turn-events.ts";

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
