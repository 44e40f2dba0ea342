import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateSpanBytes, splitSpans } from "../../src/otlp/batches.ts";
import { resource, scope, span } from "./spans.ts";

const serialised = (spans: Parameters<typeof splitSpans>[0]) =>
  ProtobufTraceSerializer.serializeRequest([...spans])?.length ?? 0;
const many = (count: number, attributes = {}) =>
  Array.from({ length: count }, (_, index) => span(index + 1, { attributes: { index, ...attributes } }));

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 3000 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.array(fc.string({ maxLength: 50 }), { maxLength: 20 }),
);
const attributes = fc.dictionary(fc.string({ maxLength: 60 }), value, { maxKeys: 32 });
const anySpan = fc
  .record({ name: fc.string({ maxLength: 200 }), attributes, events: fc.array(attributes, { maxLength: 5 }) })
  .map(({ events, ...rest }) =>
    span(7, {
      ...rest,
      events: events.map((own) => ({ name: "e", time: [1, 1] as [number, number], attributes: own })),
      links: events.map((own) => ({ context: span(3).spanContext(), attributes: own })),
    }),
  );

describe("the estimated size of a span", () => {
  it("is never below the real one", () => {
    const shared = serialised([]) + 200;
    fc.assert(
      fc.property(anySpan, (one) => {
        expect(estimateSpanBytes(one) + shared).toBeGreaterThanOrEqual(serialised([one]));
        // Two spans differ from one by exactly the bytes of a span, without resource and scope.
        expect(estimateSpanBytes(one)).toBeGreaterThanOrEqual(serialised([one, one]) - serialised([one]));
      }),
    );
  });

  it("is not far above it", () => {
    const spans = many(100, {
      "gen_ai.request.model": "claude-sonnet-4-5-20250929",
      "gen_ai.conversation.id": "0c0a2a4e-6a5e-4c8e-9d59-7f3f1f3f9d11",
      "gen_ai.usage.input_tokens": 123_456,
      "gen_ai.usage.cost": 0.0123,
      "gen_ai.input.messages": "x".repeat(500),
    });
    const estimate = spans.reduce((sum, one) => sum + estimateSpanBytes(one), 0);
    expect(estimate / serialised(spans)).toBeLessThan(1.2);
  });
});

describe("splitting", () => {
  it("keeps every span, once and in order", () => {
    fc.assert(
      fc.property(
        fc.array(anySpan, { maxLength: 30 }),
        fc.nat(8),
        fc.nat(20_000),
        (spans, maxSpans, maxBytes) => {
          const batches = splitSpans(spans, { maxSpans: maxSpans + 1, maxBytes });
          expect(batches.flat()).toEqual(spans);
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(maxSpans + 1);
            if (batch.length > 1) expect(serialised(batch)).toBeLessThanOrEqual(maxBytes);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("makes batches of 512 spans", () => {
    expect(splitSpans(many(1100)).map((batch) => batch.length)).toEqual([512, 512, 76]);
  });

  it("makes batches below 1 MB, and not much smaller than needed", () => {
    const batches = splitSpans(many(300, { text: "ü".repeat(5000) }));
    const sizes = batches.map(serialised);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
    expect(sizes[0]).toBeGreaterThan(900_000);
  });

  it("lets a span that is larger than a batch stand alone", () => {
    const huge = span(2, { attributes: { text: "x".repeat(2_000_000) } });
    expect(splitSpans([span(1), huge, span(3)]).map((batch) => batch.length)).toEqual([1, 1, 1]);
  });

  it("counts a shared resource once per batch", () => {
    const shared = { ...resource, attributes: { note: "x".repeat(5000) } } as typeof resource;
    const spans = many(10).map((one) => ({ ...one, resource: shared, instrumentationScope: scope }));
    expect(splitSpans(spans, { maxSpans: 512, maxBytes: 10_000 })).toHaveLength(1);
  });

  it("of nothing is nothing", () => {
    expect(splitSpans([])).toEqual([]);
  });
});
