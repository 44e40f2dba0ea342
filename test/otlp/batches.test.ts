import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSpans } from "../../src/otlp/batches.ts";
import { createSpanEncoder, type EncodedSpan, encodeTraces } from "../../src/otlp/encode-spans.ts";
import { facts, plainSpan, span } from "./spans.ts";

const serialised = (spans: readonly EncodedSpan[]) => encodeTraces(spans).length;
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
  .record({ name: fc.string({ maxLength: 200 }), attributes, clientVersion: fc.constantFrom("1", "2", "3") })
  .map((changes) => span(7, changes));

describe("splitting", () => {
  it("keeps every span, once and in order", () => {
    fc.assert(
      fc.property(
        fc.array(anySpan, { maxLength: 30 }),
        fc.nat(8),
        fc.nat(20_000),
        (spans, maxItems, maxBytes) => {
          const batches = splitSpans(spans, { maxItems: maxItems + 1, maxBytes });
          expect(batches.flat()).toEqual(spans);
          for (const batch of batches) {
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(maxItems + 1);
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

  it("makes batches of 0.9 to 1 MB", () => {
    const batches = splitSpans(many(300, { text: "ü".repeat(5000) }));
    const sizes = batches.map(serialised);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
    expect(sizes[0]).toBeGreaterThan(900_000);
  });

  it("puts a span that is larger than a batch into its own batch", () => {
    const huge = span(2, { attributes: { text: "x".repeat(2_000_000) } });
    expect(splitSpans([span(1), huge, span(3)]).map((batch) => batch.length)).toEqual([1, 1, 1]);
  });

  it("counts a shared resource once per batch", () => {
    const encode = createSpanEncoder({ ...facts, extra: { note: "x".repeat(5000) } });
    const spans = Array.from({ length: 10 }, (_, id) => encode(plainSpan(id)));
    expect(splitSpans(spans, { maxItems: 512, maxBytes: 10_000 })).toHaveLength(1);
  });

  it("gives no batches without spans", () => {
    expect(splitSpans([])).toEqual([]);
  });
});
