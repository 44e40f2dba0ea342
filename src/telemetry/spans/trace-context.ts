import type { Dialect, Semconv, TraceScope } from "../../choices.ts";
import type { Finished, PartRef, RunPart } from "../../session/model.ts";
import type { Piece } from "../../session/walk.ts";
import type { ContentPolicy } from "../content/policy.ts";
import { spanIdOf, traceIdOf } from "../ids.ts";

/** An inbound W3C trace context, for example of the CI job that runs the session. */
export interface Inbound {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** What decides trace ids and parents of a session's spans, and what they say. */
export interface TraceContext {
  sessionId: string;
  scope: TraceScope;
  /** What of prompts, answers, commands and files leaves; without it, nothing does. */
  content?: ContentPolicy;
  /** Whose own attribute names are added. */
  dialect?: Dialect;
  /** Which names of the GenAI conventions; v1.41 when not said. */
  semconv?: Semconv;
  /** Who the user is, where that is wanted. */
  userId?: string;
  /** How many attributes a span may have; as many as there are when not said. */
  maxAttributes?: number;
  /** The context that the process of a run was started in, by the time that the run began. */
  inboundAt?: (startMs: number) => Inbound | undefined;
  /** Native interaction spans of turns, by prompt id, where a hook has proven them. */
  interactions?: Record<string, Inbound>;
}

export interface Parent {
  traceId: string;
  /** Undefined: the span is the root. */
  spanId: string | undefined;
}

/** Whether the run has a span of its own: not where each turn is a trace, unless all are in an inbound trace. */
export function hasSessionSpan(context: TraceContext, part: PartRef): boolean {
  return context.scope === "session" || inboundOf(context, part)?.sampled === true;
}

export function inboundOf(context: TraceContext, part: PartRef): Inbound | undefined {
  return context.inboundAt?.(part.startMs);
}

/** The trace of a part of a run. */
export function traceOfPart(context: TraceContext, part: PartRef): string {
  const inbound = inboundOf(context, part);
  if (inbound?.sampled) return inbound.traceId;
  return traceIdOf(context.sessionId, part.run, part.part);
}

export function sessionSpanId(sessionId: string, part: Omit<PartRef, "startMs">): string {
  return spanIdOf(sessionId, "session", `${part.run}/${part.part}`);
}

/** Parent of a turn, and of what belongs to no turn. `key` names the trace where there is no session span. */
export function parentInPart(context: TraceContext, part: RunPart, key: string): Parent {
  if (!hasSessionSpan(context, part))
    return { traceId: traceIdOf(context.sessionId, key), spanId: undefined };
  return { traceId: traceOfPart(context, part), spanId: sessionSpanId(context.sessionId, part) };
}

/** Parent of what belongs to a turn, or, without one, to the part of the run. */
function parentOfTurnChild(
  context: TraceContext,
  part: RunPart,
  turnId: string | undefined,
  key: string,
): Parent {
  if (turnId === undefined) return parentInPart(context, part, key);
  const { traceId } = parentInPart(context, part, turnId);
  return { traceId, spanId: spanIdOf(context.sessionId, "turn", turnId) };
}

/** The trace that the spans of a piece are in. */
export function traceOfPiece(piece: Finished, context: TraceContext): string {
  const { part } = piece;
  switch (piece.type) {
    case "turn":
      return parentInPart(context, part, piece.turn.id).traceId;
    case "compaction":
      return parentInPart(context, part, piece.compaction.id).traceId;
    case "late":
      return parentOfLate(piece, context).traceId;
    case "subagent":
      return ownerOfSubagent(piece, context).traceId;
    default:
      return traceOfPart(context, part);
  }
}

export function parentOfLate({ part, turnId, requests }: Piece<"late">, context: TraceContext): Parent {
  return parentOfTurnChild(context, part, turnId, requests[0]?.key ?? "late");
}

/** The turn, or part of a run, that a subagent belongs to which is delivered by itself. */
export function ownerOfSubagent(piece: Piece<"subagent">, context: TraceContext): Parent {
  const { part, turnId, rootKey, subagent } = piece;
  return parentOfTurnChild(context, part, turnId, rootKey ?? subagent.agentId);
}

/** Reads a `TRACEPARENT` (W3C Trace Context, version 00); undefined when it is none. */
export function parseTraceparent(value: string | undefined): Inbound | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(value?.trim() ?? "");
  if (match === null) return undefined;
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
