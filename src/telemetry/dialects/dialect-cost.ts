import { GEN_AI_USAGE_COST } from "../semconv.ts";
import type { Span } from "../spans/span.ts";

/**
 * The cost of a request in USD, divided into the two parts that vendors have. `input` includes web searches. Undefined
 * if the cost or its output part is unknown.
 */
export function costParts(span: Span): { input: number; output: number; total: number } | undefined {
  const total = span.attributes[GEN_AI_USAGE_COST];
  const output = span.hints?.outputUsd;
  if (typeof total !== "number" || output === undefined) return undefined;
  // Rounded, because the last digits of a difference are floating-point errors.
  return { input: Number((total - output).toPrecision(12)), output, total };
}
