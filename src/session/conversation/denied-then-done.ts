import type { ToolCall } from "../model.ts";

/** The rule of signals/ that is about two calls, and not about what one of them says. */
const DENIED_THEN_DONE = "guard.denied-then-done";

/**
 * Marks calls that do what another one was denied before: they meet the same rule, and no person was asked about them.
 * The calls of one conversation.
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
