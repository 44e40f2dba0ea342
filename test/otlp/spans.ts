// Spans and metrics for the tests in this folder.

import type { SenderConfig, Target } from "../../src/config/sending.ts";
import { createSpanEncoder, type EncodedSpan } from "../../src/otlp/encode-spans.ts";
import type { MetricsPayload } from "../../src/telemetry/metrics/payload.ts";
import { resourceAttributes } from "../../src/telemetry/resource.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";

export const facts = { serviceName: "claude-code", distroVersion: "0.1.0", extra: {} };
export const resource = resourceAttributes(facts, "2.1.329");
const encode = createSpanEncoder(facts);

/** A finished span. `id` becomes the last digits of its span id. */
export function plainSpan(id: number, changes: Partial<Span> = {}): Span {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  return {
    traceId,
    spanId: spanId(id),
    parentSpanId: spanId(1),
    name: "chat claude-sonnet-4-5",
    kind: "client",
    startMs: 1_763_000_000_123,
    endMs: 1_763_000_002_000,
    status: "error",
    statusMessage: "overloaded",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.usage.input_tokens": 12_345,
      "gen_ai.usage.cost": 0.0123,
      "gen_ai.response.finish_reasons": ["end_turn"],
      "ccotel.tool.wait_included": false,
      "ccotel.note": "größer als ✓",
    },
    links: [{ traceId, spanId: spanId(99), attributes: { "ccotel.link": "previous_turn" } }],
    events: [{ name: "ccotel.retry", atMs: 1_763_000_001_000.5, attributes: { "ccotel.retry.delay": 0.5 } }],
    clientVersion: "2.1.329",
    ...changes,
  };
}

/** The same span, encoded. */
export function span(id: number, changes: Partial<Span> = {}): EncodedSpan {
  return encode(plainSpan(id, changes));
}

export function spanId(id: number): string {
  return (0xb7ad6b71_00000000n + BigInt(id)).toString(16);
}

export function counter(value: number): MetricsPayload {
  const point = {
    instrument: "ccotel.cost",
    attributes: { a: "b" },
    startMs: 1_763_000_000_000,
    endMs: 1_763_000_060_000,
    value,
  };
  const instrument = { kind: "counter", unit: "USD", description: "Price", valueType: "double" } as const;
  return {
    resource,
    metrics: [{ name: "ccotel.cost", instrument, temporality: "cumulative", points: [point] }],
    schemaUrl: "https://opentelemetry.io/schemas/1.41.0",
  };
}

/** A sender configuration for both signals at one base URL. */
export function senderConfig(
  base: string,
  changes: Partial<Target> & { proxy?: SenderConfig["proxy"] } = {},
): SenderConfig {
  const { proxy = {}, ...target } = changes;
  const common = { headers: {}, compression: "none", timeoutMs: 5000, tls: {}, ...target } as const;
  return {
    traces: { url: `${base}/v1/traces`, ...common },
    metrics: { url: `${base}/v1/metrics`, ...common },
    proxy,
    userAgent: "ccotel/test",
  };
}
