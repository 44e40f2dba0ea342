import type { Counts } from "../../session/amounts.ts";
import type { AfterClear, Place, RunPart } from "../../session/model.ts";
import { promptTokens } from "../../session/sums/usage.ts";
import { type Attribute, double } from "../attributes.ts";
import { titleContent } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { CCOTEL, GEN_AI, OTEL } from "../semconv.ts";
import type { Span, SpanLink } from "./span.ts";
import type { Parent, TraceContext } from "./trace-context.ts";

/** What all spans of one piece have in common. */
export interface Scope {
  context: TraceContext;
  part: RunPart;
  promptId?: string;
  /** The subagent whose conversation the spans belong to. */
  agentId?: string;
}

/** A span's own facts. `makeSpan` has defaults for the optional ones. */
type SpanFacts = Pick<Span, "spanId" | "name" | "startMs" | "endMs" | "attributes"> &
  Partial<Pick<Span, "kind" | "status" | "events" | "links">> & {
    statusMessage?: Span["statusMessage"] | undefined;
    hints?: Span["hints"] | undefined;
  };

/**
 * Minimum duration of a span (docs/reference/spans.md). Transcripts have millisecond times, so a short step may start
 * and end in the same one. Jaeger warns about a span without a duration ("negative duration"), and stores it twice if
 * it arrives again.
 */
const SHORTEST_MS = 1;

/** Makes a span below `parent`, in the same trace. Its duration is at least 1 ms. */
export function makeSpan(
  scope: Scope,
  parent: Parent,
  facts: SpanFacts,
  clientVersion = scope.part.place.clientVersion,
): Span {
  const span: Span = {
    traceId: parent.traceId,
    spanId: facts.spanId,
    name: facts.name,
    kind: facts.kind ?? "internal",
    startMs: facts.startMs,
    endMs: Math.max(facts.endMs, facts.startMs + SHORTEST_MS),
    attributes: facts.attributes,
    events: facts.events ?? [],
    links: facts.links ?? [],
    status: facts.status ?? "unset",
  };
  if (parent.spanId !== undefined) span.parentSpanId = parent.spanId;
  if (facts.statusMessage !== undefined) span.statusMessage = facts.statusMessage;
  if (facts.hints !== undefined) span.hints = facts.hints;
  if (clientVersion !== undefined) span.clientVersion = clientVersion;
  return span;
}

/** A link to a span. `relation`: value of `ccotel.link`, for example `previous_run`. */
export function link(traceId: string, spanId: string, relation: string): SpanLink {
  return { traceId, spanId, attributes: { [CCOTEL.relation]: relation } };
}

/** The session's id under both names that backends group by, and the user's id if it is wanted. */
export function identity(context: TraceContext): Attribute[] {
  return [
    [GEN_AI.conversationId, context.sessionId],
    [OTEL.sessionId, context.sessionId],
    [OTEL.userId, context.userId],
  ];
}

/** Which run of the session a part belongs to, and where the session comes from. */
export function runAttributes(part: RunPart): Attribute[] {
  return [
    [CCOTEL.runIndex, part.run],
    [CCOTEL.partIndex, part.part || undefined],
    [CCOTEL.forkedFrom, part.forkedFrom],
    ...clearAttributes(part.afterClear),
  ];
}

/** The `/clear` that a run or a turn began with, if it did. */
export function clearAttributes(afterClear: AfterClear | undefined): Attribute[] {
  return [
    [CCOTEL.afterClear, afterClear === undefined ? undefined : true],
    [CCOTEL.clearedFrom, afterClear?.sessionId],
  ];
}

/** Project, title, branch, entry point and repository. Only the content policy decides on the title. */
export function placeAttributes(place: Place, { content = NO_CONTENT }: TraceContext): Attribute[] {
  return [
    [CCOTEL.project, place.project],
    ...titleContent(place, content),
    [OTEL.refHeadName, place.branch],
    [CCOTEL.entrypoint, place.entrypoint],
    [OTEL.repositoryName, place.repository?.name],
    [OTEL.repositoryOwner, place.repository?.owner],
    [OTEL.repositoryUrl, place.repository?.url],
    [CCOTEL.worktree, place.repository?.worktree],
  ];
}

/**
 * Sums under ccotel's own names. With the names `gen_ai.usage.*`, backends would add them to those of the chat spans.
 */
export function totalsAttributes(totals: Counts): Attribute[] {
  return [
    [CCOTEL.requests, totals.requests],
    [CCOTEL.failedRequests, totals.failedRequests || undefined],
    [CCOTEL.toolCalls, totals.toolCalls],
    [CCOTEL.subagents, totals.subagents || undefined],
    [CCOTEL.inputTokens, promptTokens(totals)],
    [CCOTEL.outputTokens, totals.output],
    [CCOTEL.cacheReadTokens, totals.cacheRead],
    [CCOTEL.cacheCreationTokens, totals.cacheWrite5m + totals.cacheWrite1h],
    [CCOTEL.reasoningTokens, totals.reasoning || undefined],
    [CCOTEL.webSearches, totals.webSearches || undefined],
    [CCOTEL.costUsd, double(totals.costUsd)],
    [CCOTEL.unpricedRequests, totals.unpricedRequests || undefined],
    [CCOTEL.provisionalRequests, totals.provisionalRequests || undefined],
    [CCOTEL.linesAdded, totals.linesAdded || undefined],
    [CCOTEL.linesRemoved, totals.linesRemoved || undefined],
    [CCOTEL.filesWritten, totals.filesWritten || undefined],
    [CCOTEL.commands, totals.commands || undefined],
    [CCOTEL.webFetches, totals.webFetches || undefined],
    [CCOTEL.searches, totals.searches || undefined],
    [CCOTEL.commits, totals.commits || undefined],
    [CCOTEL.pullRequests, totals.pullRequests || undefined],
  ];
}
