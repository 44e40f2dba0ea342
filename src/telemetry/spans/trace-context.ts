import type { Dialect, Semconv, TraceScope } from "../../choices.ts";
import type { Finished, PartRef, RunPart } from "../../session/model.ts";
import type { Piece } from "../../session/walk.ts";
import type { ContentPolicy } from "../content/policy.ts";
import { spanIdOf, traceIdOf } from "../ids.ts";
import type { SaidInTurn } from "../status-line.ts";

/** An inbound W3C trace context, for example of the CI job that runs the session. */
export interface Inbound {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

/** What decides the trace ids, parents and contents of a session's spans. */
export interface TraceContext {
  sessionId: string;
  scope: TraceScope;
  /** What is sent of prompts, answers, commands and files. Default: nothing. */
  content?: ContentPolicy;
  /** The vendor whose own attributes are added. */
  dialect?: Dialect;
  /** Version of the GenAI conventions' names. Default: v1.41. */
  semconv?: Semconv;
  /** `user.id`, if it is wanted. */
  userId?: string;
  /** Maximum number of attributes of a span. Default: no limit. */
  maxAttributes?: number;
  /** Returns the trace context that a run's process was started in. `startMs`: start of the run. */
  inboundAt?: (startMs: number) => Inbound | undefined;
  /** Native interaction spans of turns, by prompt id, as far as a hook has confirmed them. */
  interactions?: Record<string, Inbound>;
  /** What the status line received last in a turn, by prompt id. */
  saidInTurns?: Record<string, SaidInTurn>;
}

/** Where a new span is placed: its trace, and its parent span if it has one. */
export interface Parent {
  traceId: string;
  /** Undefined: the span is the root. */
  spanId: string | undefined;
}

/** Whether the run has a session span. If each turn is a trace, it has one only in a sampled inbound trace. */
export function hasSessionSpan(context: TraceContext, part: PartRef): boolean {
  return context.scope === "session" || inboundOf(context, part)?.sampled === true;
}

/** The inbound trace context of the run that the part belongs to. */
export function inboundOf(context: TraceContext, part: PartRef): Inbound | undefined {
  return context.inboundAt?.(part.startMs);
}

/** The trace id of a part of a run: that of a sampled inbound context, or the part's own. */
export function traceOfPart(context: TraceContext, part: PartRef): string {
  const inbound = inboundOf(context, part);
  if (inbound?.sampled) return inbound.traceId;
  return traceIdOf(context.sessionId, part.run, part.part);
}

/** The id of the session span of a part of a run. */
export function sessionSpanId(sessionId: string, part: Omit<PartRef, "startMs">): string {
  return spanIdOf(sessionId, "session", `${part.run}/${part.part}`);
}

/** Parent of a turn, or of a span without a turn. `key`: identifies the trace if there is no session span. */
export function parentInPart(context: TraceContext, part: RunPart, key: string): Parent {
  if (!hasSessionSpan(context, part))
    return { traceId: traceIdOf(context.sessionId, key), spanId: undefined };
  return { traceId: traceOfPart(context, part), spanId: sessionSpanId(context.sessionId, part) };
}

/** Parent of a span that belongs to a turn or, without `turnId`, to the part of the run. */
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

/** The id of the trace that holds the spans of a piece. */
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

/** Parent of requests and calls that arrived after their turn had ended. */
export function parentOfLate({ part, turnId, requests }: Piece<"late">, context: TraceContext): Parent {
  return parentOfTurnChild(context, part, turnId, requests[0]?.key ?? "late");
}

/** The parent of a subagent that is delivered as a separate piece: its turn, or its part of a run. */
export function ownerOfSubagent(piece: Piece<"subagent">, context: TraceContext): Parent {
  const { part, turnId, rootKey, subagent } = piece;
  return parentOfTurnChild(context, part, turnId, rootKey ?? subagent.agentId);
}

/** Parses a `TRACEPARENT` value (W3C Trace Context, version 00); undefined if it is invalid. */
export function parseTraceparent(value: string | undefined): Inbound | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(value?.trim() ?? "");
  if (match === null) return undefined;
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}
