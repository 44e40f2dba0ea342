import type { Dialect, Semconv, TraceScope } from "../choices.ts";
import { splitSpans } from "../otlp/batches.ts";
import type { EncodedSpan } from "../otlp/encode-spans.ts";
import type { Sender } from "../otlp/sender.ts";
import type { SignalState } from "../state/destinations/destination-state.ts";
import type { World } from "../state/world.ts";
import type { ContentPolicy } from "../telemetry/content/policy.ts";
import type { Span } from "../telemetry/spans/span.ts";
import { toSpans } from "../telemetry/spans/spans.ts";
import { AHEAD_MS, createItemOutlet, type ItemSignal } from "./item-outlet.ts";
import type { Outlet, OutletSession } from "./outlet.ts";
import { isSampled } from "./sampling.ts";

export interface TracesOptions {
  /** The destination's key, by which what it refused is found again. */
  destination: string;
  url: string;
  sender: Sender;
  state: SignalState;
  scope: TraceScope;
  /** What of prompts, answers, commands and files leaves. */
  content: ContentPolicy;
  dialect: Dialect;
  semconv: Semconv;
  /** Share of the sessions whose spans are sent. */
  sample: number;
  encode: (span: Span) => EncodedSpan;
  /** Ids of the only spans to send, when not all of them are wanted. */
  only?: ReadonlySet<string>;
}

/** Finished pieces → spans. */
export function createTraces(options: TracesOptions, world: World): Outlet {
  const { url, destination, state, sender } = options;
  const signal: ItemSignal<EncodedSpan> = {
    signal: "traces",
    url,
    destination,
    state,
    wants: (session) => isSampled(session.sessionId, options.sample),
    make(pieces, session, nowMs) {
      const context = {
        ...spanContextOf(session, options),
        dialect: options.dialect,
        semconv: options.semconv,
      };
      return toSpans(pieces, context)
        .filter(({ spanId }) => options.only?.has(spanId) ?? true)
        .map((span) => options.encode(span.endMs <= nowMs + AHEAD_MS ? span : withoutFuture(span, nowMs)));
    },
    idOf: ({ spanId }) => spanId,
    split: splitSpans,
    send: (spans) => sender.send("traces", spans),
    refused: ({ traceId, spanId, name }) => ({ traceId, spanId, name }),
  };
  return createItemOutlet(signal, world);
}

/** What decides the ids of a session's spans, by which log records name them too. */
export function spanContextOf(
  { sessionId, hook }: OutletSession,
  { scope, content }: Pick<TracesOptions, "scope" | "content">,
) {
  return {
    sessionId,
    scope,
    content,
    interactions: hook.interactions,
    inboundAt: (startMs: number) => hook.starts.findLast(({ atMs }) => atMs <= startMs)?.inbound,
  };
}

/** A clock that jumped back must not send spans of the future: backends drop them or misplace them. */
function withoutFuture(span: Span, nowMs: number): Span {
  return { ...span, startMs: Math.min(span.startMs, nowMs), endMs: nowMs };
}
