import { errorOf, lineOf, promptOf, subjectOf } from "../failures/subject.ts";
import type { Finished, Subagent, ToolCall } from "../session/model.ts";
import { walk } from "../session/walk.ts";
import { spanIdOf, toolSpanIdOf } from "../telemetry/ids.ts";
import { shorten } from "./text/width.ts";

/** Texts of a span that are only shown on this machine and never sent. */
export interface SpanTexts {
  /** A prompt, a command, a file, the description of an agent, a skill. */
  about?: string;
  /** What a failed call said. */
  error?: string;
}

/** A tree has several lines for an error, but not for all of a long one. */
const MAX_ERROR = 140;

/** The texts of spans, by span id. The pieces must be read with `keep: "full"`. */
export function textsOf(pieces: readonly Finished[], sessionId: string): Map<string, SpanTexts> {
  const texts = new Map<string, SpanTexts>();
  const note = (spanId: string, about: string | undefined, error?: string) => {
    if (about === undefined && error === undefined) return;
    texts.set(spanId, {
      ...(about === undefined ? {} : { about }),
      ...(error === undefined ? {} : { error }),
    });
  };
  walk(pieces, {
    turn: (turn) => note(spanIdOf(sessionId, "turn", turn.id), promptOf(turn)),
    toolCall: (call, { agent, place }) =>
      note(
        toolSpanIdOf(sessionId, agent?.agentId, call.key),
        aboutCall(call, place.project),
        errorOfCall(call),
      ),
    subagent: (subagent) =>
      note(spanIdOf(sessionId, "subagent", keyOf(subagent)), lineOf(subagent.description)),
  });
  return texts;
}

/** Undefined if the call waited for an agent, whose own line shows what failed. */
function errorOfCall({ outcome, content, details, subagent }: ToolCall): string | undefined {
  if (outcome !== "error" || subagent !== undefined) return undefined;
  const error = errorOf(content?.result) ?? details?.error;
  return error === undefined ? undefined : shorten(error, MAX_ERROR);
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
