import { CCOTEL } from "../semconv.ts";
import type { Span } from "./span.ts";

/** Attributes to drop first if a span has more than a backend accepts: no vendor's page shows them. */
const FIRST_TO_GO: readonly string[] = [
  CCOTEL.costSource,
  CCOTEL.partIndex,
  CCOTEL.webSearches,
  CCOTEL.cacheWrite5mTokens,
  CCOTEL.cacheWrite1hTokens,
  CCOTEL.speed,
  CCOTEL.attempts,
  CCOTEL.timeToFirstBlock,
  CCOTEL.contextUsedRatio,
  CCOTEL.effort,
  CCOTEL.failedRequests,
  CCOTEL.unpricedRequests,
  CCOTEL.reasoningTokens,
];

/**
 * The span with at most `limit` attributes. ccotel's own attributes are dropped first, then names of the conventions,
 * of native telemetry and of vendors. `dropped_attributes_count` of the span is the number of dropped attributes.
 */
export function withinLimit(span: Span, limit: number): Span {
  const keys = Object.keys(span.attributes);
  const over = keys.length - limit;
  if (over <= 0) return span;
  const others = keys.filter((key) => !FIRST_TO_GO.includes(key)).reverse();
  const isOwn = (key: string) => key.startsWith("ccotel.");
  const candidates = [
    ...FIRST_TO_GO.filter((key) => key in span.attributes),
    ...others.filter(isOwn),
    ...others.filter((key) => !isOwn(key)),
  ];
  const gone = new Set(candidates.slice(0, over));
  const attributes = Object.fromEntries(Object.entries(span.attributes).filter(([key]) => !gone.has(key)));
  return { ...span, attributes, droppedAttributes: over };
}
