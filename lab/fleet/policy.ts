import type { Span } from "../../src/telemetry/spans/span.ts";

/** The settings of collector-config/gateway/sampler.yaml that decide which traces it keeps. */
export interface Policy {
  expensiveUsd: number;
  /** Last hex digits of trace ids that are always kept, as a regular expression: `0`, `[0-3]`, `.` */
  digits: string;
}

/** The defaults in sampler.yaml. */
export const SHIPPED: Policy = { expensiveUsd: 1, digits: "0" };

export const KEEP_ALL: Policy = { expensiveUsd: 1, digits: "." };

/** The spans of one request that sampler.yaml keeps: those of every trace with a reason in that request. */
export function keptSpans(spans: Span[], { expensiveUsd, digits }: Policy): Span[] {
  const bySpan = ({ status, attributes, name, traceId }: Span) =>
    status === "error" ||
    Number(attributes["ccotel.cost.usd"] ?? 0) > expensiveUsd ||
    name.startsWith("claude_code.session.summary") ||
    new RegExp(`${digits}$`).test(traceId);
  const kept = new Set(spans.filter(bySpan).map(({ traceId }) => traceId));
  return spans.filter(({ traceId }) => kept.has(traceId));
}

/** The policy as environment variables of a Collector with sampler.yaml. */
export function policyEnv({ expensiveUsd, digits }: Policy): Record<string, string> {
  return { EXPENSIVE_USD: String(expensiveUsd), KEEP_DIGITS: digits };
}
