import { lineOf, subjectOf } from "../failures/subject.ts";
import type { Finished, Subagent, ToolCall, Turn } from "../session/model.ts";
import { walk } from "../session/walk.ts";
import { spanIdOf, toolSpanIdOf } from "../telemetry/ids.ts";

/**
 * What spans are about, by span id: prompts, commands, files, descriptions of agents, skills. The texts are only shown
 * on this machine and never sent. The pieces must be read with `keep: "full"`.
 */
export function aboutOf(pieces: readonly Finished[], sessionId: string): Map<string, string> {
  const about = new Map<string, string>();
  const note = (spanId: string, text: string | undefined) => {
    if (text !== undefined) about.set(spanId, text);
  };
  walk(pieces, {
    turn: (turn) => note(spanIdOf(sessionId, "turn", turn.id), aboutTurn(turn)),
    toolCall: (call, { agent, place }) =>
      note(toolSpanIdOf(sessionId, agent?.agentId, call.key), aboutCall(call, place.project)),
    subagent: (subagent) =>
      note(spanIdOf(sessionId, "subagent", keyOf(subagent)), lineOf(subagent.description)),
  });
  return about;
}

function aboutTurn({ command, content }: Turn): string | undefined {
  return command === undefined ? lineOf(content?.prompt) : `/${command}`;
}

/** Undefined if the call waits for an agent with a description, since the agent's own line shows that. */
function aboutCall(
  { name, content, details, subagent }: ToolCall,
  project: string | undefined,
): string | undefined {
  if (subagent?.description !== undefined) return undefined;
  const subject = subjectOf(name, content?.input);
  return subject === details?.filePath ? inProject(subject, project) : subject;
}

/** A file's path inside the project's folder: the end of a path tells files apart. */
function inProject(path: string | undefined, project: string | undefined): string | undefined {
  if (path === undefined || project === undefined) return path;
  const [before, ...behind] = path.split(`/${project}/`);
  return behind.length === 0 || before === undefined ? path : behind.join(`/${project}/`);
}

function keyOf({ agentId, invocation }: Subagent): string {
  return invocation > 1 ? `${agentId}/${invocation}` : agentId;
}
