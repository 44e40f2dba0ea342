import type { MetricAttribute, Semconv } from "../../choices.ts";
import type { Work } from "../../session/amounts.ts";
import type { Compaction, Place, ToolCall, Turn } from "../../session/model.ts";
import { type Projection, walk } from "../../session/walk.ts";
import { CCOTEL, GEN_AI, OTEL } from "../semconv.ts";
import { type Observation, observation } from "./observation.ts";
import { observeRequest } from "./observe-request.ts";

export interface ObserveOptions {
  /**
   * The attributes in `CCOTEL_METRIC_ATTRIBUTES`: `project` (the folder's name) on every point, `skill` and `mcp` on
   * cost and tokens, `agent` on `ccotel.tool.calls`. Cost and tokens always have the agent.
   */
  attributes?: readonly MetricAttribute[];
  /** Version of the GenAI conventions' names. Default: v1.41. */
  semconv?: Semconv;
}

/** Name of the main conversation's agent. */
const MAIN_AGENT = "claude-code";

/**
 * Finished pieces of a session → observations for the metrics. No attribute holds the name of a session, prompt, path
 * or file.
 */
export const observe: Projection<Observation, [options?: ObserveOptions]> = (finished, options) => {
  const observed: Observation[] = [];
  const wanted = new Set(options?.attributes);
  const add = (place: Place, ...more: Observation[]) => {
    const { project } = wanted.has("project") ? place : {};
    for (const one of more) observed.push(project === undefined ? one : inProject(one, project));
  };
  walk(finished, {
    partStarted: ({ part }) => {
      if (part.run === 0 && part.part === 0) add(part.place, session(part.place));
    },
    turn: (turn, { place }) => add(place, ...observeTurn(turn)),
    compaction: (one, { place }) => add(place, compaction(one)),
    subagent: (subagent, { place }) =>
      add(place, agentDuration(subagent, subagent.agentType, subagent.error?.type)),
    request: (request, { place, agent }) =>
      add(place, ...observeRequest(request, agent?.agentType ?? MAIN_AGENT, wanted, options?.semconv)),
    toolCall: (call, { place, agent }) =>
      add(
        place,
        ...observeToolCall(call, wanted.has("agent") ? (agent?.agentType ?? MAIN_AGENT) : undefined),
      ),
  });
  return observed;
};

function inProject({ instrument, value, attributes }: Observation, project: string): Observation {
  return observation(instrument, value, { ...attributes, [CCOTEL.project]: project });
}

/** A session counts once, with its first run. A resume does not count again. */
function session(place: Place): Observation {
  return observation("ccotel.sessions", 1, { [CCOTEL.entrypoint]: place.entrypoint });
}

function observeTurn(turn: Turn): Observation[] {
  return [
    observation("ccotel.turns", 1, {
      [CCOTEL.turnSource]: turn.source,
      [CCOTEL.turnOutcome]: turn.outcome,
    }),
    ...(turn.findings ?? []).map((id) => observation("ccotel.findings", 1, { [CCOTEL.findingId]: id })),
    ...(turn.hooks ?? []).flatMap(({ event, outcome, durationMs }) =>
      durationMs === undefined
        ? []
        : observation("ccotel.hook.duration", durationMs / 1000, {
            [CCOTEL.hookEvent]: event,
            [CCOTEL.hookOutcome]: outcome,
          }),
    ),
    agentDuration(turn, MAIN_AGENT, turn.outcome === "failed" ? (turn.error?.type ?? "unknown") : undefined),
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

/** The metric and kind of each number in a call's work. */
const WORK: Record<keyof Work, { instrument: "ccotel.work.lines" | "ccotel.work.actions"; kind: string }> = {
  linesAdded: { instrument: "ccotel.work.lines", kind: "added" },
  linesRemoved: { instrument: "ccotel.work.lines", kind: "removed" },
  filesWritten: { instrument: "ccotel.work.actions", kind: "file_written" },
  commands: { instrument: "ccotel.work.actions", kind: "command" },
  webFetches: { instrument: "ccotel.work.actions", kind: "web_fetch" },
  searches: { instrument: "ccotel.work.actions", kind: "web_search" },
  commits: { instrument: "ccotel.work.actions", kind: "commit" },
  pullRequests: { instrument: "ccotel.work.actions", kind: "pull_request" },
};

function observeToolCall(call: ToolCall, agent: string | undefined): Observation[] {
  const observed = [
    observation("ccotel.tool.calls", 1, {
      [GEN_AI.toolName]: call.name,
      [CCOTEL.toolOutcome]: call.outcome,
      [GEN_AI.agentName]: agent,
    }),
    ...(call.findings ?? []).map((id) =>
      observation("ccotel.findings", 1, { [CCOTEL.findingId]: id, [CCOTEL.toolOutcome]: call.outcome }),
    ),
  ];
  for (const [kind, count] of Object.entries(call.work ?? {})) {
    const known = WORK[kind as keyof Work];
    if (count > 0) observed.push(observation(known.instrument, count, { [CCOTEL.workKind]: known.kind }));
  }
  return [...observed, ...observeDecision(call), ...observeTimes(call)];
}

/** Who decided whether the tool may be called. If a person denies a call, clients record only the kind of denial. */
function observeDecision({ name, outcome, denialKind, permission }: ToolCall): Observation[] {
  const decided =
    permission ?? (outcome === "denied" ? { decision: "reject", source: denialKind } : undefined);
  if (decided === undefined) return [];
  return [
    observation("ccotel.permission.decisions", 1, {
      [GEN_AI.toolName]: name,
      [CCOTEL.permissionDecision]: decided.decision,
      [CCOTEL.permissionSource]: decided.source,
    }),
  ];
}

/** How long the call took and waited. A denied call did not run, and the full time of an interrupted one is unknown. */
function observeTimes({ name, outcome, startMs, endMs, waitIncluded, waitedMs }: ToolCall): Observation[] {
  const observed: Observation[] = [];
  const tool = { [GEN_AI.toolName]: name };
  if (outcome === "ok" || outcome === "error") {
    const isOwnTime = waitIncluded === false || waitedMs !== undefined;
    const instrument = isOwnTime ? "gen_ai.execute_tool.duration" : "ccotel.tool.elapsed";
    const errorType = outcome === "error" ? "tool_error" : undefined;
    const ownMs = endMs - startMs - (waitedMs ?? 0);
    observed.push(observation(instrument, ownMs / 1000, { ...tool, [OTEL.errorType]: errorType }));
  }
  if (waitedMs !== undefined) observed.push(observation("ccotel.tool.waited", waitedMs / 1000, tool));
  return observed;
}

function compaction({ trigger }: Compaction): Observation {
  return observation("ccotel.compactions", 1, { [CCOTEL.compactionTrigger]: trigger });
}
