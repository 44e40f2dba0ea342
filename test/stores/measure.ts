import { expect } from "vitest";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import { kindOf } from "../support/recordings.ts";
import type { ReadStore } from "./read-store.ts";

export function spansOf(read: ReadStore): Span[] {
  return [...read].flatMap(([sessionId, pieces]) => toSpans(pieces, { sessionId, scope: "session" }));
}

/** Expects unique spans, one root in each trace, parents for all others, and no span that ends before it starts. */
export function expectTree(spans: Span[]): void {
  const ids = new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  expect(ids.size).toBe(spans.length);
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(roots.length);
  for (const span of spans) {
    if (span.parentSpanId !== undefined) expect(ids).toContain(`${span.traceId} ${span.parentSpanId}`);
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
  }
}

/** The counts that a backend computes from the spans. */
export function truthOf(spans: Span[]) {
  const of = (kind: ReturnType<typeof kindOf>) => spans.filter((span) => kindOf(span) === kind);
  const chats = of("chat");
  const sum = (name: string) =>
    chats.reduce((total, { attributes }) => total + Number(attributes[name] ?? 0), 0);
  return {
    requests: chats.length,
    turns: of("turn").length,
    agents: of("subagent").length,
    tools: of("tool").length,
    input: sum("gen_ai.usage.input_tokens"),
    output: sum("gen_ai.usage.output_tokens"),
    unpriced: chats.filter(({ attributes }) => attributes["gen_ai.usage.cost"] === undefined).length,
  };
}
