import { CCOTEL } from "../semconv.ts";
import { attributesWithin } from "../within-limit.ts";
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
  CCOTEL.provisionalRequests,
  CCOTEL.reasoningTokens,
];

/**
 * The span with at most `limit` attributes (within-limit.ts). `dropped_attributes_count` of the span is the number of
 * dropped attributes.
 */
export function withinLimit(span: Span, limit: number): Span {
  const { attributes, dropped } = attributesWithin(span.attributes, limit, FIRST_TO_GO);
  return dropped === 0 ? span : { ...span, attributes, droppedAttributes: dropped };
}
