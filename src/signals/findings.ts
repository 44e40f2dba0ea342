import type { Finished, ToolCall } from "../session/model.ts";
import { walk } from "../session/walk.ts";
import type { FindingId } from "./rules.ts";

/** A call that touches what a rule is about, or a turn. */
export interface Finding {
  rule: FindingId;
  atMs: number;
  /** Undefined where it is about the turn itself. */
  call?: ToolCall;
  /** Of the subagent that made it. */
  agent?: string;
  project?: string;
}

/** What the calls and turns of these pieces touch, as it was told while they were read (`assess`). */
export function findingsIn(pieces: readonly Finished[]): Finding[] {
  const found: Finding[] = [];
  walk(pieces, {
    turn({ findings = [], startMs: atMs }, { place: { project } }) {
      for (const rule of findings)
        found.push({ rule: rule as FindingId, atMs, ...(project === undefined ? {} : { project }) });
    },
    toolCall(call, where) {
      for (const rule of call.findings ?? []) {
        const finding: Finding = { rule: rule as FindingId, atMs: call.startMs, call };
        if (where.agent !== undefined) finding.agent = where.agent.agentType;
        if (where.place.project !== undefined) finding.project = where.place.project;
        found.push(finding);
      }
    },
  });
  return found;
}
