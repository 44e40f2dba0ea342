import type { HookRun, Turn } from "../../session/model.ts";
import type { Piece } from "../../session/walk.ts";
import { type Attribute, attributes, double, seconds } from "../attributes.ts";
import { apiFailure, turnContent } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { spanIdOf, traceIdOf } from "../ids.ts";
import { providerOf } from "../provider-name.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import type { Limit, SaidInTurn } from "../status-line.ts";
import { compactionSpan } from "./compaction-span.ts";
import { conversationSpans } from "./conversation-spans.ts";
import type { Attributes, Span, SpanLink } from "./span.ts";
import {
  clearAttributes,
  identity,
  link,
  makeSpan,
  placeAttributes,
  type Scope,
  totalsAttributes,
} from "./span-parts.ts";
import { hasSessionSpan, parentInPart, type TraceContext } from "./trace-context.ts";

/** The spans of a turn: its own, then those of its compactions, requests, tool calls and agents. */
export function turnSpans(piece: Piece<"turn">, context: TraceContext): Span[] {
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
  const left = turn.rewound?.first;
  if (left !== undefined) {
    const { traceId } = parentInPart(context, { ...part, ...left.part }, left.id);
    links.push(link(traceId, spanIdOf(context.sessionId, "turn", left.id), "rewound"));
  }
  const native = turn.promptId === undefined ? undefined : context.interactions?.[turn.promptId];
  if (native !== undefined) links.push(link(native.traceId, native.spanId, "native_interaction"));
  const self = { traceId: parent.traceId, spanId };
  return [
    makeSpan(
      scope,
      parent,
      {
        spanId,
        name: "invoke_agent claude-code",
        startMs: turn.startMs,
        endMs: turn.endMs,
        status: turn.outcome === "failed" ? "error" : "unset",
        statusMessage: apiFailure(turn.error, context.content ?? NO_CONTENT),
        links,
        attributes: turnAttributes(turn, scope),
      },
      turn.place.clientVersion,
    ),
    ...turn.compactions.map((compaction) => compactionSpan(compaction, self, scope)),
    ...conversationSpans(turn, self, scope),
  ];
}

/** Hooks of one event run in parallel, so the sum of their times is not the time that the turn waited for them. */
function hooksAttributes(hooks: readonly HookRun[]): Attribute[] {
  const number = (wanted: HookRun["outcome"]) =>
    hooks.filter(({ outcome }) => outcome === wanted).length || undefined;
  return [
    [CCOTEL.hooks, hooks.length || undefined],
    [CCOTEL.hooksDuration, seconds(hooks.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0))],
    [CCOTEL.hooksFailed, number("error")],
    [CCOTEL.hooksBlocked, number("blocked")],
    [CCOTEL.hooksCancelled, number("cancelled")],
  ];
}

function turnAttributes(turn: Turn, scope: Scope): Attributes {
  return attributes([
    [GEN_AI.operationName, "invoke_agent"],
    [GEN_AI.providerName, providerOf(turn.requests[0])],
    [GEN_AI.agentName, "claude-code"],
    ...identity(scope.context),
    [NATIVE.promptId, turn.promptId],
    ...turnContent(turn, scope.context.content ?? NO_CONTENT),
    [CCOTEL.turnIndex, turn.index],
    [CCOTEL.turnSource, turn.source],
    [CCOTEL.turnOutcome, turn.outcome],
    [CCOTEL.rewoundTurns, turn.rewound?.turns],
    ...clearAttributes(turn.afterClear),
    [OTEL.errorType, turn.outcome === "failed" ? (turn.error?.type ?? "unknown") : undefined],
    ...placeAttributes(turn.place, scope.context),
    ...totalsAttributes(turn.totals),
    [CCOTEL.turnWaited, seconds(turn.waitedMs)],
    [CCOTEL.permissionMode, turn.permissionMode],
    [CCOTEL.findings, turn.findings],
    ...hooksAttributes(turn.hooks ?? []),
    ...saidAttributes(turn.promptId === undefined ? undefined : scope.context.saidInTurns?.[turn.promptId]),
  ]);
}

/** What the status line received last in the turn: shares and costs that no record has. */
function saidAttributes(said: SaidInTurn | undefined): Attribute[] {
  if (said === undefined) return [];
  const limit = (wanted: Limit["window"]) => said.limits?.find(({ window }) => window === wanted);
  const resetAfter = ({ resetMs }: Partial<Limit> = {}) =>
    resetMs === undefined || resetMs < said.atMs ? undefined : seconds(resetMs - said.atMs);
  const [fiveHour, sevenDay] = [limit("five_hour"), limit("seven_day")];
  return [
    [CCOTEL.contextUsedRatio, double(said.contextUsedRatio)],
    [CCOTEL.clientUsd, double(said.clientUsd)],
    [CCOTEL.fiveHourUsedRatio, double(fiveHour?.usedRatio)],
    [CCOTEL.fiveHourResetAfter, resetAfter(fiveHour)],
    [CCOTEL.sevenDayUsedRatio, double(sevenDay?.usedRatio)],
    [CCOTEL.sevenDayResetAfter, resetAfter(sevenDay)],
  ];
}
