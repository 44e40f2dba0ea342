import type { ToolCall } from "../model.ts";

/** A rule of signals/ that compares two calls instead of looking at one. */
const DENIED_THEN_DONE = "guard.denied-then-done";

/**
 * Marks calls that do what an earlier call was denied: they meet the same rule, and no person was asked about them.
 * `calls`: those of one conversation.
 */
export function markDeniedThenDone(calls: readonly ToolCall[]): void {
  const denied = new Set<string>();
  for (const call of [...calls].sort((a, b) => a.startMs - b.startMs)) {
    const { findings = [], outcome } = call;
    if (outcome === "denied") for (const rule of findings) denied.add(rule);
    else if (call.waitIncluded !== true && findings.some((rule) => denied.has(rule)))
      call.findings = [...findings, DENIED_THEN_DONE];
  }
}
