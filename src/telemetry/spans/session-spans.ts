import type { Place, RunPart } from "../../session/model.ts";
import type { Piece } from "../../session/walk.ts";
import { attributes, double, seconds } from "../attributes.ts";
import { spanIdOf, traceIdOf } from "../ids.ts";
import { CCOTEL } from "../semconv.ts";
import type { Span, SpanLink } from "./span.ts";
import { identity, link, makeSpan, placeAttributes, runAttributes, totalsAttributes } from "./span-parts.ts";
import {
  hasSessionSpan,
  inboundOf,
  parentInPart,
  sessionSpanId,
  type TraceContext,
  traceOfPart,
} from "./trace-context.ts";

/** The session span of a part of a run, with links to the previous part or run and to the session it comes from. */
export function sessionSpan(piece: Piece<"part_started">, context: TraceContext): Span {
  const { part } = piece;
  const inbound = inboundOf(context, part);
  const isChild = inbound?.sampled === true;
  const parent = { traceId: traceOfPart(context, part), spanId: isChild ? inbound.spanId : undefined };
  const span = makeSpan({ context, part }, parent, {
    spanId: sessionSpanId(context.sessionId, part),
    name: "claude_code.session",
    startMs: part.startMs,
    endMs: piece.firstEndMs,
    attributes: attributes([
      ...identity(context),
      ...runAttributes(part),
      ...placeAttributes(part.place, context),
    ]),
    links: linksOf(piece, context),
  });
  return isChild ? { ...span, parentIsRemote: true } : span;
}

/** Links to the previous part or run, to the sessions that this one comes from, and to an inbound context. */
function linksOf(piece: Piece<"part_started">, context: TraceContext): SpanLink[] {
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
  if (part.afterClear?.sessionId !== undefined && part.part === 0) {
    const { sessionId } = part.afterClear;
    const began = { run: 0, part: 0, startMs: part.startMs };
    links.push(
      link(
        traceOfPart({ sessionId, scope: context.scope }, began),
        sessionSpanId(sessionId, began),
        "cleared_from",
      ),
    );
  }
  const inbound = inboundOf(context, part);
  if (inbound !== undefined && !inbound.sampled) links.push(link(inbound.traceId, inbound.spanId, "inbound"));
  return links;
}

/** The summary span of a part that is full, with a link to the next part. */
export function partSummarySpan(piece: Piece<"part_finished">, context: TraceContext): Span {
  const { part } = piece;
  const next = { run: part.run, part: part.part + 1, startMs: part.startMs };
  return makeSpan({ context, part }, parentInPart(context, part, ""), {
    spanId: spanIdOf(context.sessionId, "summary", `${part.run}/${part.part}`),
    name: "claude_code.session.summary",
    ...atItsEnd(part, piece.endMs),
    attributes: attributes([
      ...identity(context),
      ...runAttributes(part),
      [CCOTEL.partDuration, seconds(piece.endMs - part.startMs)],
      [CCOTEL.turns, piece.turns],
    ]),
    links: [link(traceOfPart(context, next), sessionSpanId(context.sessionId, next), "next_part")],
  });
}

/** The summary span of a run. It is the root of a separate trace if the run has no session span. */
export function summarySpan(piece: Piece<"run_finished">, context: TraceContext): Span {
  const { part, summary } = piece;
  const own = { traceId: traceIdOf(context.sessionId, part.run, part.part), spanId: undefined };
  const parent = hasSessionSpan(context, part) ? parentInPart(context, part, "") : own;
  return makeSpan({ context, part }, parent, {
    spanId: spanIdOf(context.sessionId, "summary", `${part.run}/${part.part}`),
    name: "claude_code.session.summary",
    ...atItsEnd(part, summary.endMs),
    attributes: attributes([
      ...identity(context),
      ...runAttributes(part),
      ...placeAttributes(placeAtEnd(piece), context),
      [CCOTEL.runDuration, seconds(summary.endMs - (summary.startMs ?? part.startMs))],
      [CCOTEL.outcome, summary.outcome],
      [CCOTEL.turns, summary.turns],
      [CCOTEL.compactions, summary.compactions],
      ...totalsAttributes(summary.totals),
      [CCOTEL.hiddenUsd, double(hiddenUsd(summary.hiddenUsd))],
    ]),
  });
}

/** Viewers sort by start, so a summary starts at the end of what it sums up. An attribute holds the duration. */
function atItsEnd(part: RunPart, endMs: number): { startMs: number; endMs: number } {
  const atMs = Math.max(endMs, part.startMs);
  return { startMs: atMs, endMs: atMs };
}

/** The run's place, with the session's title and slug at the end of the run. */
export function placeAtEnd({ part, summary }: Piece<"run_finished">): Place {
  const { title = part.place.title, slug = part.place.slug } = summary;
  return {
    ...part.place,
    ...(title === undefined ? {} : { title }),
    ...(slug === undefined ? {} : { slug }),
  };
}

/** Undefined for a tiny amount, which is no hidden cost: the order of addition changes the last digits of a sum. */
function hiddenUsd(usd: number | undefined): number | undefined {
  return usd === undefined || Math.abs(usd) < 1e-9 ? undefined : usd;
}
