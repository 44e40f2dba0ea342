import type { Compaction, Finished, Place, Subagent, ToolCall, Turn } from "../../session/model.ts";
import { CCOTEL, GEN_AI, OTEL } from "../semconv.ts";
import { type Observation, observation } from "./observation.ts";
import { observeRequest } from "./observe-request.ts";

export interface ObserveOptions {
  /** Adds the project (the folder's name) to every point: `CCOTEL_METRIC_ATTRIBUTES=project`. */
  project?: boolean;
}

/** Name of the main conversation's agent. */
const MAIN_AGENT = "claude-code";

/**
 * Finished pieces of a session → what the metrics of DESIGN §5 count of them. Nothing that names a session, a prompt, a
 * path or a file is among the attributes.
 */
export function observe(finished: Finished[], options: ObserveOptions = {}): Observation[] {
  return finished.flatMap((piece) => {
    const observed = observePiece(piece);
    const project = options.project === true ? projectOf(piece) : undefined;
    if (project === undefined) return observed;
    return observed.map((one) => observation(one.instrument, one.value, { ...one.attributes, ...project }));
  });
}

function observePiece(piece: Finished): Observation[] {
  switch (piece.type) {
    case "part_started":
      return piece.part.run === 0 && piece.part.part === 0 ? [session(piece.part.place)] : [];
    case "turn":
      return observeTurn(piece.turn);
    case "late":
      return observeConversation(piece, MAIN_AGENT);
    case "compaction":
      return [compaction(piece.compaction)];
    case "subagent":
      return observeSubagent(piece.subagent);
    case "part_finished":
    case "run_finished":
      // Their sums are of things that have been counted one by one.
      return [];
  }
}

/** A session counts once, with its first run; going on with it later makes no second one. */
function session(place: Place): Observation {
  return observation("ccotel.sessions", 1, { [CCOTEL.entrypoint]: place.entrypoint });
}

function observeTurn(turn: Turn): Observation[] {
  return [
    observation("ccotel.turns", 1, {
      [CCOTEL.turnSource]: turn.source,
      [CCOTEL.turnOutcome]: turn.outcome,
    }),
    agentDuration(turn, MAIN_AGENT, turn.outcome === "failed" ? (turn.error?.type ?? "unknown") : undefined),
    ...turn.compactions.map(compaction),
    ...observeConversation(turn, MAIN_AGENT),
  ];
}

function observeSubagent(subagent: Subagent): Observation[] {
  return [
    agentDuration(subagent, subagent.agentType, subagent.error?.type),
    ...observeConversation(subagent, subagent.agentType),
  ];
}

function agentDuration(
  { startMs, endMs }: { startMs: number; endMs: number },
  agent: string,
  errorType: string | undefined,
): Observation {
  return observation("gen_ai.invoke_agent.duration", (endMs - startMs) / 1000, {
    [GEN_AI.agentName]: agent,
    [OTEL.errorType]: errorType,
  });
}

function observeConversation(
  { requests, toolCalls }: Pick<Turn, "requests" | "toolCalls">,
  agent: string,
): Observation[] {
  return [
    ...requests.flatMap((request) => observeRequest(request, agent)),
    ...toolCalls.flatMap(observeToolCall),
  ];
}

function observeToolCall(call: ToolCall): Observation[] {
  const observed = [
    observation("ccotel.tool.calls", 1, {
      [GEN_AI.toolName]: call.name,
      [CCOTEL.toolOutcome]: call.outcome,
    }),
  ];
  // A call that was denied did not run, and how long an interrupted one would have taken nobody knows.
  if (call.outcome === "ok" || call.outcome === "error") {
    const waitedForNobody = call.waitIncluded === false;
    observed.push(
      observation(
        waitedForNobody ? "gen_ai.execute_tool.duration" : "ccotel.tool.elapsed",
        (call.endMs - call.startMs) / 1000,
        {
          [GEN_AI.toolName]: call.name,
          [OTEL.errorType]: call.outcome === "error" ? "tool_error" : undefined,
        },
      ),
    );
  }
  return call.subagent === undefined ? observed : [...observed, ...observeSubagent(call.subagent)];
}

function compaction({ trigger }: Compaction): Observation {
  return observation("ccotel.compactions", 1, { [CCOTEL.compactionTrigger]: trigger });
}

function projectOf(piece: Finished): Record<string, string> | undefined {
  const place = piece.type === "turn" ? piece.turn.place : piece.part.place;
  return place.project === undefined ? undefined : { [CCOTEL.project]: place.project };
}
