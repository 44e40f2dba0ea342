import type { Dialect, Semconv } from "../../choices.ts";
import { splitSpans } from "../../otlp/batches.ts";
import type { EncodedSpan } from "../../otlp/encode-spans.ts";
import { spanPacking } from "../../otlp/pack-spans.ts";
import type { World } from "../../state/world.ts";
import type { Span } from "../../telemetry/spans/span.ts";
import { toSpans } from "../../telemetry/spans/spans.ts";
import { AHEAD_MS, createItemOutlet, type ItemOptions, type ItemSignal } from "./item-outlet.ts";
import type { Outlet, OutletSession } from "./outlet.ts";
import { isSampled } from "./sampling.ts";

interface TracesOptions extends ItemOptions {
  dialect: Dialect;
  semconv: Semconv;
  maxAttributes: number;
  /** Share of the sessions whose spans are sent, 0 to 1. */
  sample: number;
  encode: (span: Span) => EncodedSpan;
}

/** Makes spans of finished pieces and sends them. */
export function createTraces(options: TracesOptions, world: World): Outlet {
  const { url, destination, state, sender } = options;
  const signal: ItemSignal<EncodedSpan> = {
    signal: "traces",
    url,
    destination,
    state,
    ...(options.onExport === undefined ? {} : { onExport: options.onExport }),
    wants: (session) => isSampled(session.sessionId, options.sample),
    make(pieces, session, nowMs) {
      const context = {
        ...spanContextOf(session, options),
        dialect: options.dialect,
        semconv: options.semconv,
        maxAttributes: options.maxAttributes,
      };
      return toSpans(pieces, context)
        .filter(({ spanId }) => options.only?.has(spanId) ?? true)
        .map((span) => options.encode(span.endMs <= nowMs + AHEAD_MS ? span : withoutFuture(span, nowMs)));
    },
    idOf: ({ spanId }) => spanId,
    split: splitSpans,
    send: (spans) => sender.send("traces", spans),
    sizeOf: ({ bytes }) => bytes.length,
    packing: spanPacking(),
    refused: ({ traceId, spanId, name }) => ({ traceId, spanId, name }),
  };
  return createItemOutlet(signal, world);
}

/** The values that determine the ids of a session's spans. Log records use the same values to name those spans. */
export function spanContextOf(
  { sessionId, hook }: OutletSession,
  { scope, content, userId }: Pick<ItemOptions, "scope" | "content" | "userId">,
) {
  return {
    sessionId,
    scope,
    content,
    ...(userId === undefined ? {} : { userId }),
    interactions: hook.interactions,
    ...(hook.saidInTurns === undefined ? {} : { saidInTurns: hook.saidInTurns }),
    inboundAt: (startMs: number) => hook.starts.findLast(({ atMs }) => atMs <= startMs)?.inbound,
  };
}

/**
 * Moves the times of a span back to now. After a clock jumped back, spans could be in the future, and backends drop or
 * misplace them.
 */
function withoutFuture(span: Span, nowMs: number): Span {
  return { ...span, startMs: Math.min(span.startMs, nowMs), endMs: nowMs };
}
