import {
  type ISerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { SenderConfig } from "../config/sending.ts";
import { type Signal, signals } from "../config/signals.ts";
import type { Codec } from "./codec.ts";
import { logsCodec } from "./logs-codec.ts";
import type { Outcome } from "./outcome.ts";
import type { PartialSuccess } from "./response.ts";
import { createTransport, type Transport } from "./transport.ts";

/** What one request of each signal carries. */
export interface Payloads {
  traces: readonly ReadableSpan[];
  metrics: ResourceMetrics;
  logs: readonly ReadableLogRecord[];
}

/** OpenTelemetry's own serializers, which decide every byte that leaves. */
const CODECS: { [S in Signal]: () => Codec<Payloads[S]> } = {
  traces: () => ({
    serializer: ProtobufTraceSerializer as ISerializer<
      readonly ReadableSpan[],
      { partialSuccess?: PartialSuccess }
    >,
    isEmpty: (spans) => spans.length === 0,
  }),
  metrics: () => ({
    serializer: ProtobufMetricsSerializer,
    isEmpty: ({ scopeMetrics }) =>
      scopeMetrics.every(({ metrics }) => metrics.every(({ dataPoints }) => dataPoints.length === 0)),
  }),
  logs: logsCodec,
};

/** Sends finished items, one request a call. */
export interface Sender {
  /**
   * Sends one request and says how it ended; never retries, never rejects for what a backend or a network does. Nothing
   * to send is a success without a request. Throws for a signal without a target, which is a bug of the caller.
   */
  send<S extends Signal>(signal: S, payload: Payloads[S]): Promise<Outcome>;
  /** Closes the connections. */
  close(): void;
}

/**
 * Makes a sender: OpenTelemetry's serializers over a transport of ours, because the stock transport retries by itself and
 * keeps status, Retry-After and rejected counts to itself.
 */
export function createSender(config: SenderConfig): Sender {
  const transports = new Map<Signal, Transport>();
  for (const signal of signals) {
    const target = config[signal];
    if (target === undefined) continue;
    const { proxy, userAgent } = config;
    const deserialize = (bytes: Uint8Array) => CODECS[signal]().serializer.deserializeResponse(bytes);
    transports.set(signal, createTransport(target, { proxy, userAgent, deserialize }));
  }
  return {
    async send(signal, payload) {
      const transport = transports.get(signal);
      if (transport === undefined) throw new Error(`There is no ${signal} endpoint to send to.`);
      const { serializer, isEmpty } = CODECS[signal]();
      if (isEmpty(payload)) return { kind: "success" };
      const message = serializer.serializeRequest(payload);
      if (message === undefined) throw new Error(`The ${signal} could not be serialized.`);
      return transport.post(message);
    },
    close() {
      for (const transport of transports.values()) transport.close();
    },
  };
}
