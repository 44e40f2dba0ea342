import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanBytes, splitSpans } from "../../src/otlp/batches.ts";
import { resource, scope, span } from "./spans.ts";

const serialised = (spans: Parameters<typeof splitSpans>[0]) =>
  ProtobufTraceSerializer.serializeRequest([...spans])?.length ?? 0;
const many = (count: number, attributes = {}) =>
  Array.from({ length: count }, (_, index) => span(index + 1, { attributes: { index, ...attributes } }));

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 3000 }),
  fc.maxSafeInteger(),
  fc.double({ min: -1e15, max: 1e15 }),
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

describe("the size of a span", () => {
  it("is what the encoder makes of it", () => {
    fc.assert(
      fc.property(anySpan, (one) => {
        // The second of two equal spans adds exactly its own bytes, apart from longer lengths around both of them.
        const added = serialised([one, one]) - serialised([one]);
        expect(added - spanBytes(one)).toBeGreaterThanOrEqual(0);
        expect(added - spanBytes(one)).toBeLessThanOrEqual(2);
      }),
    );
  });

  it("counts a span without parent, events, links and message", () => {
    const { parentSpanContext: _, ...root } = span(1, { events: [], links: [], status: { code: 0 } });
    expect(serialised([root, root, root]) - serialised([root, root])).toBe(spanBytes(root));
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
