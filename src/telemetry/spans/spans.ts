import type { Finished } from "../../session/model.ts";
import { inDialect } from "../dialects/dialect.ts";
import { spanIdOf } from "../ids.ts";
import { conversationSpans, subagentSpans } from "./conversation-spans.ts";
import { compactionSpan, partSummarySpan, sessionSpan, summarySpan } from "./session-spans.ts";
import type { Span } from "./span.ts";
import { hasSessionSpan, parentInPart, parentOfTurnChild, type TraceContext } from "./trace-context.ts";
import { turnSpans } from "./turn-spans.ts";

/** Finished pieces of a session → spans, parents before their children. */
export function toSpans(finished: Finished[], context: TraceContext): Span[] {
  const { dialect } = context;
  const spans = finished.flatMap((piece) => spansOf(piece, context));
  return dialect === undefined ? spans : spans.map((span) => inDialect(span, dialect));
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
      const owner = parentOfTurnChild(context, part, piece.turnId, piece.rootKey ?? subagent.agentId);
      const callId = subagent.toolUseId;
      const spanId = callId === undefined ? owner.spanId : spanIdOf(context.sessionId, "tool", callId);
      return subagentSpans(subagent, { traceId: owner.traceId, spanId }, { context, part });
    }
  }
}
