import type { AgentHome, AgentState } from "../agent-state.ts";
import { startsAgent, type ToolDraft } from "../conversation/tool-call.ts";
import type { OpenTurn, SessionState } from "../state.ts";

/** An agent with the call that started it. `background`: the agent outlives the call. */
interface AgentLink {
  call: ToolDraft;
  agent: AgentState;
  background: boolean;
}

/** The agents that the calls of a conversation started, as far as their files have been read. */
export function agentsOfCalls(session: SessionState, calls: ToolDraft[]): AgentLink[] {
  return calls.flatMap((call) =>
    agentsOfCall(session, call).map((agent) => ({ call, agent, background: isBackground(call, agent) })),
  );
}

/**
 * The agents that a call started, found by the first of these that applies:
 * - the agent id in the result or the meta file,
 * - the run of the workflow,
 * - the name that a teammate was given,
 * - the skill, for a call of a skill in an agent that names no agent (2.1.100 to 2.1.290),
 * - equal prompts (failed agents of older clients).
 */
export function agentsOfCall(session: SessionState, call: ToolDraft): AgentState[] {
  // A gateway may give many calls one id, so the agent id in the result takes precedence.
  const agentId = call.agentId ?? session.agentOfCall[call.id];
  const named = agentId === undefined ? undefined : session.agents[agentId];
  if (named !== undefined) return [named];
  const { workflowRunId } = call;
  if (workflowRunId !== undefined)
    return inOrder(unclaimed(session).filter((agent) => agent.workflowRunId === workflowRunId));
  if (call.skill !== undefined && agentId === undefined)
    return inOrder(unclaimed(session).filter((agent) => isOfSkill(agent, call))).slice(0, 1);
  if (agentId !== undefined || !startsAgent(call)) return [];
  const found =
    unclaimed(session).find((agent) => isNamed(agent, call)) ??
    unclaimed(session).find((agent) => call.promptHash !== undefined && agent.promptHash === call.promptHash);
  return found === undefined ? [] : [found];
}

/** The agents that a slash command started. It makes no call, but they have the same prompt id. */
export function agentsOfSkill(session: SessionState, { skill, promptId }: OpenTurn): AgentState[] {
  if (skill === undefined) return [];
  return unclaimed(session).filter((agent) => {
    if (agent.agentId === skill.agentId) return true;
    return agent.promptId !== undefined && agent.promptId === promptId;
  });
}

/** Whether the agent outlives the call. Without an agent id in the result, the agent's meta file decides. */
export function isBackground(call: ToolDraft | undefined, agent: AgentState): boolean {
  if (call?.isAsync === true) return true;
  return call?.agentId === undefined && agent.requestShape === "background";
}

function unclaimed(session: SessionState): AgentState[] {
  return Object.values(session.agents).filter(
    ({ toolUseId, home }) => toolUseId === undefined && home === undefined,
  );
}

/** Sorts the agents independently of when their files were read. */
function inOrder(agents: AgentState[]): AgentState[] {
  const startOf = ({ threads: [first] }: AgentState) => first?.startMs ?? Number.POSITIVE_INFINITY;
  return agents.sort((a, b) => startOf(a) - startOf(b) || (a.agentId < b.agentId ? -1 : 1));
}

function isNamed(agent: AgentState, call: ToolDraft): boolean {
  if (call.agentName === undefined || agent.name !== call.agentName) return false;
  return (agent.threads[0]?.startMs ?? call.startMs) >= call.startMs;
}

/** Whether the agent works on the skill that the call runs, and began during the call. */
function isOfSkill({ skill, threads: [first] }: AgentState, call: ToolDraft): boolean {
  if (skill !== call.skill || first === undefined) return false;
  return call.startMs <= first.startMs && first.startMs <= (call.endMs ?? first.startMs);
}

/** Sets where the agent's spans belong. It is set once. */
export function giveHome(session: SessionState, agent: AgentState, home: AgentHome): void {
  agent.home = home;
  session.homedAgents.push(agent.agentId);
}

/** How many calls may wait for their agents' files. The oldest ones are dropped. */
const MAX_EXPECTED = 64;

/** Whether agents of the call may appear after the call was released. */
export function mayExpectAgents(call: ToolDraft): boolean {
  return call.workflowRunId !== undefined || call.isAsync === true;
}

/** Records a call that is released before its agents' files exist. */
export function expectAgents(session: SessionState, call: ToolDraft, home: AgentHome): void {
  if (call.workflowRunId !== undefined) expect(session, `run ${call.workflowRunId}`, home);
  else if (call.isAsync && call.agentName !== undefined) expect(session, `name ${call.agentName}`, home);
}

/** The same for a slash command. */
export function expectAgentsOfSkill(session: SessionState, turn: OpenTurn, home: AgentHome): void {
  const { skill, promptId } = turn;
  if (skill?.agentId !== undefined) expect(session, `agent ${skill.agentId}`, home);
  if (skill !== undefined && promptId !== undefined) expect(session, `prompt ${promptId}`, home);
}

function expect(session: SessionState, key: string, home: AgentHome): void {
  const others = (session.expected ?? []).filter(([known]) => known !== key);
  const isKnown = others.length < (session.expected?.length ?? 0);
  // When a workflow is resumed, its agents belong to the first call.
  if (!isKnown) session.expected = [...others, [key, home] as [string, AgentHome]].slice(-MAX_EXPECTED);
}

/** Sets the home of agents whose files appeared after their calls were released. */
export function giveExpectedHomes(session: SessionState): void {
  if (session.expected === undefined) return;
  const homes = new Map(session.expected);
  for (const agent of unclaimed(session)) {
    const { workflowRunId, name, agentId, promptId } = agent;
    const keys = [`agent ${agentId}`, `run ${workflowRunId}`, `name ${name}`, `prompt ${promptId}`];
    const home = keys.map((key) => homes.get(key)).find((found) => found !== undefined);
    if (home !== undefined) giveHome(session, agent, { ...home });
  }
}
