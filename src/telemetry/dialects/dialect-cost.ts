import { GEN_AI_USAGE_COST } from "../semconv.ts";
import type { Span } from "../spans/span.ts";

/** The price of a request in the two parts that vendors know; undefined where it is not known, or not how it divides. */
export function costParts(span: Span): { input: number; output: number; total: number } | undefined {
  const total = span.attributes[GEN_AI_USAGE_COST];
  const output = span.hints?.outputUsd;
  if (typeof total !== "number" || output === undefined) return undefined;
  // Of a difference only so many digits mean something.
  return { input: Number((total - output).toPrecision(12)), output, total };
}
