import type { ToolResult } from "../../transcript/record.ts";
import type { ToolDraft } from "./tool-call.ts";

/** The client starts and asks about calls of these tools only when the calls before them have ended. */
const RUN_ALONE = new Set(["Bash", "PowerShell", "Edit", "MultiEdit", "NotebookEdit", "Write"]);

/**
 * Esc while a call runs also ends the calls behind it. The client writes them as rejected before they ran, like calls
 * that a person said no to, although no person was asked: such a call was interrupted.
 */
export function correctNeverAsked(calls: readonly ToolDraft[], call: ToolDraft, result: ToolResult): void {
  if (!result.deniedBeforeRun || call.outcome !== "denied" || !RUN_ALONE.has(call.name)) return;
  if (!calls.some((other) => wasStoppedBefore(other, call))) return;
  call.outcome = "interrupted";
  delete call.denialKind;
  delete call.waitIncluded;
}

function wasStoppedBefore({ outcome, startMs, endMs = 0 }: ToolDraft, call: ToolDraft): boolean {
  return outcome === "interrupted" && startMs <= call.startMs && endMs >= call.startMs;
}
