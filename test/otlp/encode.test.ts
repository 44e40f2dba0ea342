import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeMetrics } from "../../src/otlp/encode-metrics.ts";
import { createSpanEncoder, encodeTraces } from "../../src/otlp/encode-spans.ts";
import { createAppraiser } from "../../src/pricing/price-request.ts";
import { INSTRUMENTS } from "../../src/telemetry/metrics/instruments.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { type Metric, metricsPayload } from "../../src/telemetry/metrics/payload.ts";
import { acknowledge, nextRequest } from "../../src/telemetry/metrics/request.ts";
import { addObservations, newMetricsState } from "../../src/telemetry/metrics/state.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { officialMetrics, officialTraces } from "../support/official.ts";
import { readWhole, spansOf } from "../support/read-files.ts";
import { recordings, transcriptsOf } from "../support/recordings.ts";
import { facts, plainSpan } from "./spans.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const ours = (spans: readonly Span[]) => encodeTraces(spans.map(createSpanEncoder(facts)));

/** Any numbers, and those at which the encoding changes. */
const number = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    127,
    128,
    16_383,
    16_384,
    2 ** 31,
    2 ** 32,
    2 ** 35,
    2 ** 53,
    2 ** 63,
    -(2 ** 63),
  ),
  fc.constantFrom(2 ** 64, -(2 ** 53), 0.1, Number.MIN_VALUE, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Texts of all lengths for which the writer has its own copying, with halves of surrogate pairs. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 3000 }),
  fc.string({ maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 50 })
    .map((codes) => String.fromCharCode(...codes)),
);
const value = fc.oneof(text, number, fc.boolean(), fc.array(text, { maxLength: 20 }));
const attributes = fc.dictionary(text, value, { maxKeys: 32 });
const ms = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.double({ min: 0, max: 1e13, noNaN: true }),
  fc.constantFrom(4_599_999_999_999.9, 4_600_000_000_000, 4_600_000_000_001.5, 0.9999999),
);
const id = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(hex);
const link = fc.record({ traceId: id(16), spanId: id(8), attributes });
const event = fc.record({ name: text, atMs: ms, attributes });
const anySpan: fc.Arbitrary<Span> = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    parentSpanId: id(8),
    parentIsRemote: fc.constant(true as const),
    name: text,
    droppedAttributes: fc.nat(),
    kind: fc.constantFrom("internal" as const, "client" as const),
    startMs: ms,
    endMs: ms,
    attributes,
    events: fc.array(event, { maxLength: 3 }),
    links: fc.array(link, { maxLength: 3 }),
    status: fc.constantFrom("unset" as const, "error" as const),
    statusMessage: text,
    clientVersion: fc.constantFrom("2.1.329", "2.1.330", ""),
  },
  {
    requiredKeys: [
      "traceId",
      "spanId",
      "name",
      "kind",
      "startMs",
      "endMs",
      "attributes",
      "events",
      "links",
      "status",
    ],
  },
);

describe("spans have the bytes of the official serializer:", () => {
  test.each(recordings().map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    for (const scope of ["session", "turn"] as const) {
      const spans = spansOf(recording, scope);
      expect(hex(ours(spans))).toBe(hex(officialTraces(spans, facts)));
    }
  });

  test("any content", () => {
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 4 }), (spans) => {
        expect(hex(ours(spans))).toBe(hex(officialTraces(spans, facts)));
      }),
      { numRuns: 500 },
    );
  });

  test("texts of every length, ASCII or not", () => {
    for (let length = 0; length < 300; length++) {
      const texts = ["a", "ü", "✓", "😀", "\ud800"].map((one) => one.repeat(length));
      const span = plainSpan(1, {
        name: texts[0] as string,
        attributes: { texts, [texts[1] as string]: length },
      });
      expect(hex(ours([span]))).toBe(hex(officialTraces([span], facts)));
    }
  });

  test("texts of a megabyte", () => {
    const span = plainSpan(1, { attributes: { large: "ü".repeat(500_000), list: ["x".repeat(300_000)] } });
    expect(hex(ours([span, plainSpan(2)]))).toBe(hex(officialTraces([span, plainSpan(2)], facts)));
  });
});

describe("metrics have the bytes of the official serializer:", () => {
  test.each(recordings().map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    for (const temporality of ["cumulative", "delta"] as const) {
      const state = newMetricsState(0);
      for (const path of transcriptsOf(recording))
        addObservations(state, observe(readWhole(path, { appraise: createAppraiser() })));
      for (;;) {
        const request = nextRequest(state, 60_000, { temporality });
        if (request === undefined) break;
        const payload = metricsPayload(request, { "service.name": "claude-code" });
        expect(hex(encodeMetrics(payload))).toBe(hex(officialMetrics(payload)));
        acknowledge(state, request.token);
      }
    }
  });

  test("any content", () => {
    const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    const point = fc.record({
      startMs: ms,
      endMs: ms,
      attributes: fc.dictionary(text, fc.oneof(text, fc.boolean())),
    });
    const histogram = fc.record(
      { count, sum: number, min: number, max: number, buckets: fc.array(count, { maxLength: 20 }) },
      { requiredKeys: ["count", "sum", "buckets"] },
    );
    const metric = fc.constantFrom(...Object.entries(INSTRUMENTS)).chain(([name, instrument]) => {
      const whole = "valueType" in instrument && instrument.valueType === "int" ? count : number;
      const points = fc.array(fc.tuple(point, instrument.kind === "histogram" ? histogram : whole), {
        maxLength: 5,
      });
      return fc.tuple(points, fc.array(number, { maxLength: 20 }), fc.boolean()).map(
        ([own, boundaries, isDelta]): Metric => ({
          name,
          instrument,
          temporality: isDelta ? "delta" : "cumulative",
          points: own.map(([rest, amount]) => ({ instrument: name, boundaries, ...rest, value: amount })),
        }),
      );
    });
    const payload = fc.record({
      resource: fc.dictionary(text, text),
      metrics: fc.array(metric, { maxLength: 5 }),
      schemaUrl: text.filter((url) => url !== ""),
    });
    fc.assert(
      fc.property(payload, (one) => {
        expect(hex(encodeMetrics(one))).toBe(hex(officialMetrics(one)));
      }),
      { numRuns: 300 },
    );
  });
});
