// Spans and metrics for the tests of this folder.

import { SpanKind, SpanStatusCode, ValueType } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { SenderConfig, Target } from "../../src/config/sending.ts";

export const resource = resourceFromAttributes({
  "service.name": "claude-code",
  "service.version": "2.1.329",
});
export const scope = { name: "ccotel", version: "0.1.0" };

/** A finished span; `id` becomes the last digits of its span id. */
export function span(id: number, changes: Partial<ReadableSpan> = {}): ReadableSpan {
  const context = (spanId: string) => ({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId,
    traceFlags: 1,
  });
  return {
    name: "chat claude-sonnet-4-5",
    kind: SpanKind.CLIENT,
    spanContext: () => context(spanId(id)),
    parentSpanContext: { ...context(spanId(1)), isRemote: false },
    startTime: [1_763_000_000, 123_456_789],
    endTime: [1_763_000_002, 0],
    duration: [1, 876_543_211],
    status: { code: SpanStatusCode.ERROR, message: "overloaded" },
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.usage.input_tokens": 12_345,
      "gen_ai.usage.cost": 0.0123,
      "gen_ai.response.finish_reasons": ["end_turn"],
      "ccotel.tool.wait_included": false,
      "ccotel.note": "größer als ✓",
    },
    links: [{ context: context(spanId(99)), attributes: { "ccotel.link": "previous_turn" } }],
    events: [{ name: "ccotel.retry", time: [1_763_000_001, 5], attributes: { "ccotel.retry.delay": 0.5 } }],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...changes,
  };
}

export function spanId(id: number): string {
  return (0xb7ad6b71_00000000n + BigInt(id)).toString(16);
}

export function counter(value: number): ResourceMetrics {
  const descriptor = {
    name: "ccotel.cost",
    description: "",
    unit: "USD",
    type: InstrumentType.COUNTER,
    valueType: ValueType.DOUBLE,
    advice: {},
  };
  const point = {
    startTime: [1_763_000_000, 0],
    endTime: [1_763_000_060, 0],
    attributes: { a: "b" },
    value,
  } as const;
  return {
    resource,
    scopeMetrics: [
      {
        scope,
        metrics: [
          {
            descriptor,
            aggregationTemporality: AggregationTemporality.CUMULATIVE,
            dataPointType: DataPointType.SUM,
            isMonotonic: true,
            dataPoints: [{ ...point, startTime: [...point.startTime], endTime: [...point.endTime] }],
          },
        ],
      },
    ],
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
