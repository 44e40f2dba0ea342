import { attributes } from "../attributes.ts";
import { OTEL } from "../semconv.ts";
import type { Span, SpanEvent } from "../spans/span.ts";
import { costParts } from "./dialect-cost.ts";
import type { Speak } from "./speak.ts";

/**
 * MLflow reads the standard names. It prices tokens by its own table, which has neither one-hour cache writes nor fast
 * mode, unless its own attribute gives the cost. All cost other than the output's counts as input.
 */
export const mlflow: Speak = (span) => {
  const parts = costParts(span);
  if (parts === undefined) return {};
  const { input, output, total } = parts;
  return { "mlflow.llm.cost": JSON.stringify({ input_cost: input, output_cost: output, total_cost: total }) };
};

/**
 * Adds an `exception` event to a failed span. MLflow's tree marks only spans with that event and ignores the status.
 */
export function withException(span: Span): Span {
  if (span.status !== "error") return span;
  const type = span.attributes[OTEL.errorType];
  const exception: SpanEvent = {
    name: "exception",
    atMs: span.endMs,
    attributes: attributes([
      ["exception.type", typeof type === "string" ? type : undefined],
      ["exception.message", span.statusMessage],
    ]),
  };
  return { ...span, events: [...span.events, exception] };
}
