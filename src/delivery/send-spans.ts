import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { splitSpans } from "../otlp/batches.ts";
import type { Outcome } from "../otlp/outcome.ts";

export interface SendBatch {
  send: (spans: readonly ReadableSpan[]) => Promise<Outcome>;
  /** Told of a span that the backend does not want, alone in a request. */
  setAside: (span: ReadableSpan, outcome: Outcome) => void;
  refusals: Refusals;
}

/** Spans that were refused, each alone in a request. */
export interface Refusals {
  /** In a row, over all batches and workers: what a backend takes over ends the row. */
  inARow: number;
  /** Those since the last one that was taken over: whether the trouble is with them is not yet known. */
  held: { span: ReadableSpan; outcome: Outcome }[];
}

/** What became of some spans: all of them are settled (taken over or set aside), or the sending stopped. */
export type Settled = { delivered: number; rejected: number; stopped?: Outcome };

/** So many lone spans refused one after the other: the trouble is not with the spans. */
const MAX_REFUSALS_IN_A_ROW = 5;

interface Sending extends SendBatch {
  settled: Settled;
  /** Ids of spans that are settled. */
  taken: Set<string>;
}

/**
 * Sends spans in batches, and halves what the backend refuses until the culprit stands alone: one bad span never stops a
 * session (DESIGN §6). Retryable trouble and anything that somebody must repair stop the sending; `taken` then says what
 * need not be sent again.
 */
export async function sendSpans(
  spans: readonly ReadableSpan[],
  options: SendBatch,
  taken: Set<string>,
): Promise<Settled> {
  const sending: Sending = { ...options, taken, settled: { delivered: 0, rejected: 0 } };
  options.refusals.held = [];
  for (const batch of splitSpans(spans.filter((span) => !taken.has(idOf(span))))) {
    const stopped = await sendBatch(batch, sending);
    if (stopped !== undefined) return { ...sending.settled, stopped };
  }
  const held = options.refusals.held[0];
  if (held !== undefined && options.refusals.inARow >= MAX_REFUSALS_IN_A_ROW)
    return { ...sending.settled, stopped: held.outcome };
  setHeldAside(sending);
  return sending.settled;
}

/** The outcome that stopped the sending; undefined: the batch is settled or held. */
async function sendBatch(spans: readonly ReadableSpan[], sending: Sending): Promise<Outcome | undefined> {
  const outcome = await sending.send(spans);
  switch (outcome.kind) {
    case "success":
      return takenOver(spans, 0, sending);
    case "partial":
      return takenOver(spans, outcome.rejected, sending);
    case "refused":
    case "too_large": {
      if (spans.length === 1) return refusedAlone(spans[0] as ReadableSpan, outcome, sending);
      const middle = Math.ceil(spans.length / 2);
      return (
        (await sendBatch(spans.slice(0, middle), sending)) ?? (await sendBatch(spans.slice(middle), sending))
      );
    }
    default:
      return outcome;
  }
}

function takenOver(spans: readonly ReadableSpan[], rejected: number, sending: Sending): undefined {
  sending.settled.delivered += spans.length - rejected;
  sending.settled.rejected += rejected;
  for (const span of spans) sending.taken.add(idOf(span));
  // The backend takes spans: those that it refused before were refused for their own sake.
  setHeldAside(sending);
  sending.refusals.inARow = 0;
}

function refusedAlone(span: ReadableSpan, outcome: Outcome, { refusals }: Sending): Outcome | undefined {
  refusals.inARow++;
  refusals.held.push({ span, outcome });
  return refusals.held.length >= MAX_REFUSALS_IN_A_ROW ? outcome : undefined;
}

function setHeldAside({ refusals, settled, taken, setAside }: Sending): void {
  for (const { span, outcome } of refusals.held) {
    setAside(span, outcome);
    settled.rejected++;
    taken.add(idOf(span));
  }
  refusals.held = [];
}

function idOf(span: ReadableSpan): string {
  return span.spanContext().spanId;
}
