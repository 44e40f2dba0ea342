import type { Finished, ToolCall } from "../session/model.ts";
import { walk } from "../session/walk.ts";
import { assess } from "./assess.ts";
import type { Place } from "./paths.ts";
import type { FindingId } from "./rules.ts";

/** A call that touches what a rule is about. */
export interface Finding {
  rule: FindingId;
  call: ToolCall;
  /** Of the subagent that made it. */
  agent?: string;
  project?: string;
}

/** What the calls of these pieces touch. The pieces must keep what tools were called with (`keep: "full"`). */
export function findingsIn(pieces: readonly Finished[], place: Place): Finding[] {
  const found: Finding[] = [];
  walk(pieces, {
    toolCall(call, where) {
      for (const rule of assess(call.name, call.content?.input, place)) {
        const finding: Finding = { rule, call };
        if (where.agent !== undefined) finding.agent = where.agent.agentType;
        if (where.place.project !== undefined) finding.project = where.place.project;
        found.push(finding);
      }
    },
  });
  return found;
}
