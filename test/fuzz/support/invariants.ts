import type { Span } from "../../../src/telemetry/spans/span.ts";

/** The problems of a session's spans. Empty for every session, also for a damaged one. */
export function problemsOf(spans: readonly Span[]): string[] {
  const byId = new Map(spans.map((span) => [idOf(span), span]));
  const problems: string[] = [];
  if (byId.size < spans.length) problems.push(`${spans.length - byId.size} ids are used twice`);
  const roots = new Map<string, number>();
  for (const span of spans) {
    const { name, traceId, startMs, endMs, parentSpanId } = span;
    if (!(startMs > Date.UTC(1999, 0) && startMs <= endMs && endMs < Date.UTC(2201, 0)))
      problems.push(`${name} is from ${startMs} to ${endMs}`);
    if (parentSpanId === undefined) roots.set(traceId, (roots.get(traceId) ?? 0) + 1);
    else if (!byId.has(`${traceId} ${parentSpanId}`)) problems.push(`${name} has no parent`);
    if (isInCycle(span, byId)) problems.push(`${name} is its own ancestor`);
  }
  for (const { traceId } of spans) {
    if (roots.get(traceId) !== 1) problems.push(`trace ${traceId} has ${roots.get(traceId) ?? 0} roots`);
  }
  return [...new Set(problems)];
}

function isInCycle(span: Span, byId: ReadonlyMap<string, Span>): boolean {
  let above = span;
  for (let steps = 0; steps <= byId.size; steps++) {
    const parent = byId.get(`${above.traceId} ${above.parentSpanId}`);
    if (parent === undefined) return false;
    above = parent;
  }
  return true;
}

function idOf({ traceId, spanId }: Span): string {
  return `${traceId} ${spanId}`;
}
