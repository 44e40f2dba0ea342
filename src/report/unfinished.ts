import { unfinishedTurn } from "../session/unfinished-turn.ts";
import { CCOTEL } from "../telemetry/semconv.ts";
import type { Span } from "../telemetry/spans/span.ts";

/** The outcome of what a running client still works on. Only in reports: such a span is not sent before it ends. */
export const UNFINISHED = "unfinished";

/**
 * Returns the spans of a session that a running client has open, with the turn that it still works on, the calls of
 * this turn without a result, and the summary marked as unfinished.
 */
export function withUnfinished(spans: readonly Span[]): readonly Span[] {
  const turns = spans.filter(({ attributes }) => attributes[CCOTEL.turnOutcome] !== undefined);
  const outcomes = turns.map(({ startMs, attributes }) => ({
    startMs,
    outcome: attributes[CCOTEL.turnOutcome],
  }));
  const last = turns[unfinishedTurn(outcomes)];
  if (last === undefined) return spans;
  const parents = new Map(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
  const isBelowLast = (spanId: string | undefined): boolean =>
    spanId !== undefined && (spanId === last.spanId || isBelowLast(parents.get(spanId)));
  return spans.map((span) => {
    const { name, attributes } = span;
    const mark = (key: string) => ({ ...span, attributes: { ...attributes, [key]: UNFINISHED } });
    if (span === last) return mark(CCOTEL.turnOutcome);
    if (attributes[CCOTEL.toolOutcome] === "interrupted" && isBelowLast(span.spanId))
      return mark(CCOTEL.toolOutcome);
    const isLastSummary = name.endsWith(".summary") && span.startMs >= last.startMs;
    return isLastSummary && attributes[CCOTEL.outcome] === "cut_off" ? mark(CCOTEL.outcome) : span;
  });
}
