import type { Finished, Place } from "../../session/model.ts";
import type { Piece, Projection } from "../../session/walk.ts";
import { cut } from "../attributes.ts";
import { noteInName } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { inDialect } from "../dialects/dialect.ts";
import { toolSpanIdOf } from "../ids.ts";
import { inLatestNames } from "../semconv-names.ts";
import { compactionSpan } from "./compaction-span.ts";
import { conversationSpans, subagentSpans } from "./conversation-spans.ts";
import { withinLimit } from "./limit.ts";
import { partSummarySpan, placeAtEnd, sessionSpan, summarySpan } from "./session-spans.ts";
import type { Span } from "./span.ts";
import {
  hasSessionSpan,
  ownerOfSubagent,
  parentInPart,
  parentOfLate,
  type TraceContext,
} from "./trace-context.ts";
import { turnSpans } from "./turn-spans.ts";

/** Maximum length of the text that is added to a span's name. */
const MAX_NAME_BYTES = 200;

/** Finished pieces of a session → spans. Parents come before their children. */
export const toSpans: Projection<Span, [context: TraceContext]> = (finished, context) => {
  const { dialect, semconv, maxAttributes } = context;
  const spans = finished.flatMap((piece) =>
    spansOf(piece, context).map((span) => withTraceName(span, placeOf(piece), context)),
  );
  const spoken = dialect === undefined ? spans : spans.map((span) => inDialect(span, dialect));
  const named = semconv === "latest" ? spoken.map(inLatestNames) : spoken;
  return maxAttributes === undefined ? named : named.map((span) => withinLimit(span, maxAttributes));
};

/**
 * Adds the project to the name of a trace's first span, and the session's title if it may be sent: lists of traces show
 * that name. In a trace that another process began, the session span gets it.
 */
function withTraceName(span: Span, place: Place, { content = NO_CONTENT }: TraceContext): Span {
  const isFirst = span.parentSpanId === undefined || span.parentIsRemote === true;
  if (!isFirst || place.project === undefined) return span;
  const title = noteInName(place.title, content);
  const said = title === undefined ? place.project : `${place.project}: ${title}`;
  return { ...span, name: `${span.name} ${oneLine(said)}` };
}

function placeOf(piece: Finished): Place {
  if (piece.type === "turn") return piece.turn.place;
  return piece.type === "run_finished" ? placeAtEnd(piece) : piece.part.place;
}

function oneLine(text: string): string {
  return cut(text.replace(/\s+/g, " "), MAX_NAME_BYTES);
}

function spansOf<Kind extends Finished["type"]>(piece: Piece<Kind>, context: TraceContext): Span[] {
  return SPANS[piece.type as Kind](piece, context);
}

const SPANS: { [Kind in Finished["type"]]: (piece: Piece<Kind>, context: TraceContext) => Span[] } = {
  part_started: (piece, context) =>
    hasSessionSpan(context, piece.part) ? [sessionSpan(piece, context)] : [],
  part_finished: (piece, context) =>
    hasSessionSpan(context, piece.part) ? [partSummarySpan(piece, context)] : [],
  run_finished: (piece, context) => [summarySpan(piece, context)],
  turn: turnSpans,
  compaction: ({ part, compaction }, context) => {
    const parent = parentInPart(context, part, compaction.id);
    return [compactionSpan(compaction, parent, { context, part })];
  },
  late: (piece, context) => {
    const { part } = piece;
    return belowFirst(conversationSpans(piece, parentOfLate(piece, context), { context, part }));
  },
  subagent: (piece, context) => {
    const { part, subagent } = piece;
    const owner = ownerOfSubagent(piece, context);
    const { callKey, parentAgentId } = subagent;
    const spanId =
      callKey === undefined ? owner.spanId : toolSpanIdOf(context.sessionId, parentAgentId, callKey);
    return subagentSpans(subagent, { traceId: owner.traceId, spanId }, { context, part });
  },
};

/** Late spans without a turn and without a session span are a separate trace. The first of them becomes its root. */
function belowFirst(spans: Span[]): Span[] {
  const [root, ...others] = spans;
  if (root === undefined || root.parentSpanId !== undefined) return spans;
  return [
    root,
    ...others.map((span) =>
      span.parentSpanId === undefined ? { ...span, parentSpanId: root.spanId } : span,
    ),
  ];
}
