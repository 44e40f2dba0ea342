import { createHash } from "node:crypto";
import type { TraceScope } from "../../src/choices.ts";
import { encodeMetrics } from "../../src/otlp/encode-metrics.ts";
import { createSpanEncoder, encodeTraces } from "../../src/otlp/encode-spans.ts";
import type { Finished } from "../../src/session/model.ts";
import { observeExport } from "../../src/telemetry/metrics/health.ts";
import { observe } from "../../src/telemetry/metrics/observe.ts";
import { metricsPayload } from "../../src/telemetry/metrics/payload.ts";
import { acknowledge, nextRequest } from "../../src/telemetry/metrics/request.ts";
import { metricsResource } from "../../src/telemetry/metrics/resource.ts";
import { addObservations, newMetricsState } from "../../src/telemetry/metrics/state.ts";
import type { ResourceFacts } from "../../src/telemetry/resource.ts";
import type { Span } from "../../src/telemetry/spans/span.ts";
import { toSpans } from "../../src/telemetry/spans/spans.ts";
import type { RecordedSession } from "./recorded.ts";

/**
 * A request that an installation posts. It posts the next one after the gateway has accepted this one. One process
 * sends all requests with the same `worker`, on its own connections.
 */
export type Post = { worker: number; body: Uint8Array } & (
  | { signal: "traces"; spans: Span[] }
  | { signal: "metrics"; points: number }
);

export interface Machine {
  /** Number of the installation, from 0. It determines the ids of the installation and its sessions. */
  number: number;
  /** The recorded sessions that the installation plays, one after the other, moved to the present. */
  sessions: RecordedSession[];
  scope?: TraceScope;
}

/** The OTLP requests of an installation that plays recorded sessions under new ids. */
export function* postsOf({ number, sessions, scope = "turn" }: Machine): Generator<Post> {
  const facts = factsOf(number);
  const encode = createSpanEncoder(facts);
  const resource = metricsResource(facts);
  const meter = newMetricsState(Date.now());
  let worker = 0;
  for (const [index, session] of sessions.entries()) {
    const sessionId = uuidOf("session", `${number}/${index}`);
    const laterMs = Date.now() - session.endMs;
    for (const recorded of session.deliveries) {
      worker++;
      const pieces = renamed(recorded, session.sessionId, sessionId);
      const spans = toSpans(pieces, { sessionId, scope }).map((span) => movedBy(span, laterMs));
      if (spans.length > 0) {
        yield { worker, signal: "traces", body: serialised(spans, encode), spans };
        addObservations(meter, observeExport({ signal: "traces", exported: spans.length, durationMs: 20 }));
      }
      addObservations(meter, observe(pieces));
      for (;;) {
        const request = nextRequest(meter, Date.now(), { temporality: "cumulative" });
        if (request === undefined) break;
        const body = encodeMetrics(metricsPayload(request, resource));
        yield { worker, signal: "metrics", body, points: request.points.length };
        acknowledge(meter, request.token);
      }
    }
  }
}

/** An OTLP request of the installation with these spans. */
export function bodyOf(spans: Span[], number: number): Uint8Array {
  return serialised(spans, createSpanEncoder(factsOf(number)));
}

function serialised(spans: Span[], encode: ReturnType<typeof createSpanEncoder>): Uint8Array {
  return encodeTraces(spans.map(encode));
}

function factsOf(number: number): ResourceFacts {
  const serviceInstanceId = uuidOf("installation", String(number));
  return { serviceName: "claude-code", serviceInstanceId, distroVersion: "0.1.0", extra: {} };
}

/** Replaces the session id. Span ids are hashes over it, so all of them change, too. */
function renamed(pieces: Finished[], from: string, to: string): Finished[] {
  return JSON.parse(JSON.stringify(pieces).replaceAll(from, to)) as Finished[];
}

function movedBy(span: Span, ms: number): Span {
  const events = span.events.map((event) => ({ ...event, atMs: event.atMs + ms }));
  return { ...span, startMs: span.startMs + ms, endMs: span.endMs + ms, events };
}

function uuidOf(kind: string, name: string): string {
  const hex = createHash("sha256").update(`fleet/${kind}/${name}`).digest("hex");
  return [8, 12, 16, 20, 32].map((end, index, ends) => hex.slice(ends[index - 1] ?? 0, end)).join("-");
}
