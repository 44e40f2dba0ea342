import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import type { SenderConfig } from "../config/sending.ts";
import { type Signal, signals } from "../config/signals.ts";
import type { MetricsPayload } from "../telemetry/metrics/payload.ts";
import type { Agents } from "./connection.ts";
import { encodeMetrics } from "./encode-metrics.ts";
import { type EncodedSpan, encodeTraces } from "./encode-spans.ts";
import { encodeLogs } from "./logs-codec.ts";
import type { Outcome } from "./outcome.ts";
import { createTransport, type Transport } from "./transport.ts";

/** The payload of one request, by signal. */
export interface Payloads {
  traces: readonly EncodedSpan[];
  metrics: MetricsPayload;
  logs: readonly ReadableLogRecord[];
}

interface Codec<Payload> {
  encode: (payload: Payload) => Uint8Array;
  isEmpty: (payload: Payload) => boolean;
}

const CODECS: { [S in Signal]: Codec<Payloads[S]> } = {
  traces: { encode: encodeTraces, isEmpty: (spans) => spans.length === 0 },
  metrics: {
    encode: encodeMetrics,
    isEmpty: ({ metrics }) => metrics.every(({ points }) => points.length === 0),
  },
  logs: { encode: encodeLogs, isEmpty: (records) => records.length === 0 },
};

/** Sends finished items, one request for each call. */
export interface Sender {
  /**
   * Sends one request and returns its outcome. Never retries, and never rejects because of a backend or a network. An
   * empty payload is a success without a request. Throws if the signal has no target, which is a bug of the caller.
   */
  send<S extends Signal>(signal: S, payload: Payloads[S]): Promise<Outcome>;
  /** Closes the connections. */
  close(): void;
}

/**
 * Makes a sender with ccotel's own transport. OpenTelemetry's transport retries by itself and does not expose status,
 * Retry-After and rejected counts.
 */
export function createSender(config: SenderConfig): Sender {
  const transports = new Map<Signal, Transport>();
  const agents: Agents = new Map();
  for (const signal of signals) {
    const target = config[signal];
    if (target === undefined) continue;
    const { proxy, userAgent } = config;
    transports.set(signal, createTransport(target, { proxy, userAgent, agents }));
  }
  return {
    async send(signal, payload) {
      const transport = transports.get(signal);
      if (transport === undefined) throw new Error(`There is no ${signal} endpoint to send to.`);
      const { encode, isEmpty } = CODECS[signal];
      return isEmpty(payload) ? { kind: "success" } : transport.post(encode(payload));
    },
    close() {
      for (const transport of transports.values()) transport.close();
    },
  };
}
