import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import type { Outcome } from "../otlp/outcome.ts";

/** What became of some spans: all of them are settled (delivered or set aside), or the sending stopped. */
export type Settled =
  | { kind: "settled"; delivered: number; rejected: number }
  | { kind: "stopped"; outcome: Outcome };

export interface SendBatch {
  send: (spans: readonly ReadableSpan[]) => Promise<Outcome>;
  /** Told of a span that the backend does not want, alone in a request. */
  setAside: (span: ReadableSpan, outcome: Outcome) => void;
  /** Lone refusals in a row over all batches; a delivery resets it. */
  refusals: { inARow: number };
}

/** So many lone spans refused one after the other: the trouble is not with the spans. */
const MAX_REFUSALS_IN_A_ROW = 5;

/**
 * Sends a batch, and halves what the backend refuses until the culprit stands alone: one bad span never stops a session
 * (DESIGN §6). Retryable trouble and anything that somebody must repair stop the sending.
 */
export async function sendBatch(spans: readonly ReadableSpan[], options: SendBatch): Promise<Settled> {
  const outcome = await options.send(spans);
  switch (outcome.kind) {
    case "success":
      options.refusals.inARow = 0;
      return { kind: "settled", delivered: spans.length, rejected: 0 };
    case "partial":
      options.refusals.inARow = 0;
      return { kind: "settled", delivered: spans.length - outcome.rejected, rejected: outcome.rejected };
    case "refused":
    case "too_large":
      return spans.length > 1
        ? sendHalves(spans, options)
        : refuseLone(spans[0] as ReadableSpan, outcome, options);
    default:
      return { kind: "stopped", outcome };
  }
}

async function sendHalves(spans: readonly ReadableSpan[], options: SendBatch): Promise<Settled> {
  const middle = Math.ceil(spans.length / 2);
  const first = await sendBatch(spans.slice(0, middle), options);
  if (first.kind === "stopped") return first;
  const second = await sendBatch(spans.slice(middle), options);
  if (second.kind === "stopped") return second;
  return {
    kind: "settled",
    delivered: first.delivered + second.delivered,
    rejected: first.rejected + second.rejected,
  };
}

function refuseLone(span: ReadableSpan, outcome: Outcome, options: SendBatch): Settled {
  options.refusals.inARow++;
  if (options.refusals.inARow >= MAX_REFUSALS_IN_A_ROW) return { kind: "stopped", outcome };
  options.setAside(span, outcome);
  return { kind: "settled", delivered: 0, rejected: 1 };
}
