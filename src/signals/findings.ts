import type { Finished, ToolCall } from "../session/model.ts";
import { walk } from "../session/walk.ts";
import type { FindingId } from "./rules.ts";

/** A rule that a tool call or a turn matches. */
export interface Finding {
  rule: FindingId;
  atMs: number;
  /** Undefined if the finding is about the turn itself. */
  call?: ToolCall;
  /** Type of the subagent that made the call. */
  agent?: string;
  project?: string;
}

/** The findings in the calls and turns of these pieces. The reader has set them with `assess`. */
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
