import type { AgentHome, AgentState, DoneAgent, Sidechain } from "../agent-state.ts";
import { markCacheMisses } from "../conversation/cache-miss.ts";
import { markDeniedThenDone } from "../conversation/denied-then-done.ts";
import { finishRequest } from "../conversation/request.ts";
import { withoutSkill } from "../conversation/skill.ts";
import type { ThreadState } from "../conversation/thread.ts";
import { finishCall, startsAgent, type ToolDraft } from "../conversation/tool-call.ts";
import type { LlmRequest, Subagent, ToolCall } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import type { SessionState } from "../state.ts";
import { countsOfConversation } from "../sums/counts.ts";
import { hiddenKind } from "./hidden.ts";
import { agentsOfCall, expectAgents, giveHome, isBackground, mayExpectAgents } from "./links.ts";

/** Ids of the agents that are named by calls whose turn or conversation has not been released. */
export function agentsNamed(session: SessionState): Set<string> {
  const { main, agents } = session;
  const threads = [
    ...(main.turn === undefined ? [] : [main.turn.thread]),
    ...(main.turnsBeside ?? []).map(({ thread }) => thread),
    ...(main.behind ?? []).map(({ thread }) => thread),
    ...main.items.flatMap((item) =>
      item.type === "turn" ? [item.turn.thread] : item.type === "late" ? [item.thread] : [],
    ),
    ...Object.values(agents).flatMap((agent) => agent.threads.map(({ thread }) => thread)),
  ];
  const calls = threads.flatMap(({ toolCalls }) => toolCalls);
  return new Set(calls.flatMap(({ agentId, resumedAgentId }) => agentId ?? resumedAgentId ?? []));
}

/** Turns the sidechains of a conversation into agents, linked to the calls with the same prompt. */
export function adoptSidechains(session: SessionState, sidechains: Sidechain[], calls: ToolDraft[]): void {
  for (const sidechain of sidechains) {
    const call = calls.find(
      (candidate) =>
        startsAgent(candidate) &&
        candidate.agentId === undefined &&
        (sidechain.callId === undefined
          ? candidate.promptHash === sidechain.promptHash
          : candidate.id === sidechain.callId),
    );
    if (call !== undefined) call.agentId = sidechain.rootUuid;
    session.agents[sidechain.rootUuid] = {
      agentId: sidechain.rootUuid,
      promptHash: sidechain.promptHash,
      threads: [{ startMs: sidechain.startMs, thread: sidechain.thread }],
      released: 0,
    };
  }
}

/**
 * The finished calls of a conversation, each with the agent that it waited for. Background agents only get their home
 * here, and are released separately.
 *
 * An agent gets its home once, from a conversation that is being released. A call contains only an agent whose home is
 * that call. So even when ids repeat, each agent appears in one place, below something that was released earlier.
 */
export function assembleCalls(
  session: SessionState,
  thread: ThreadState,
  lastMs: number,
  home: AgentHome,
  options: SessionOptions,
): ToolCall[] {
  const inside = new Map<ToolDraft, AgentState>();
  for (const call of thread.toolCalls) {
    const agents = agentsOfCall(session, call);
    if (agents.length === 0 && !mayExpectAgents(call)) continue;
    const own: AgentHome = { ...home, callKey: call.key };
    if (call.endedSkill !== undefined) own.endedSkill = call.endedSkill;
    for (const agent of agents) {
      if (agent.type === undefined && call.agentType !== undefined) agent.type = call.agentType;
      if (agent.home !== undefined) continue;
      giveHome(session, agent, own);
      const waits = !isBackground(call, agent) && agent.threads.length > 0 && agent.released === 0;
      if (waits && !inside.has(call)) inside.set(call, agent);
    }
    expectAgents(session, call, own);
  }
  const calls = thread.toolCalls.map((draft) => {
    const call = finishCall(draft, lastMs);
    const agent = inside.get(draft);
    if (agent === undefined) return call;
    const subagent = finishThread(session, agent, false, options);
    // Without a result, the call waited as long as its agent worked.
    if (draft.endMs === undefined) call.endMs = Math.max(call.endMs, subagent.endMs);
    return withSubagent(call, subagent);
  });
  markDeniedThenDone(calls);
  return calls;
}

/**
 * Adds the subagent to its call. Changed lines count once: if the agent's own calls report lines, those of the call are
 * removed.
 */
function withSubagent(call: ToolCall, subagent: Subagent): ToolCall {
  const { linesAdded, linesRemoved } = subagent.totals;
  if (call.work === undefined || linesAdded + linesRemoved === 0) return { ...call, subagent };
  const { linesAdded: _, linesRemoved: __, ...work } = call.work;
  return { ...call, work, subagent };
}

/** When a conversation ended that seems to have ended at `endMs`: not before its calls. */
export function endOf(calls: readonly ToolCall[], endMs: number): number {
  return calls.reduce((latest, call) => Math.max(latest, call.endMs), endMs);
}

/**
 * Removes the agent's next conversation and returns it as a finished subagent. An agent without further conversations
 * is done.
 */
export function finishThread(
  session: SessionState,
  agent: AgentState,
  background: boolean,
  options: SessionOptions,
): Subagent {
  const home = homeOfNext(agent);
  const { thread, startMs } = agent.threads.shift() as AgentState["threads"][number];
  const invocation = ++agent.released;
  const endMs = Math.max(thread.lastMs ?? startMs, startMs);
  const requests = thread.requests
    .map((request) => finishRequest(request, options))
    .map((request) => withoutSkill(request, home.endedSkill));
  markCacheMisses(requests, undefined, options.appraise);
  const within = { ...home, parentAgentId: agent.agentId };
  const toolCalls = assembleCalls(session, thread, endMs, within, options);
  const totals = countsOfConversation(requests, toolCalls);
  totals.subagents++;
  totals.compactions += thread.compactions?.length ?? 0;
  const subagent: Subagent = {
    agentId: agent.agentId,
    invocation,
    agentType: agent.type ?? hiddenKind(agent.agentId) ?? typeIn(requests) ?? "subagent",
    startMs,
    endMs: endOf(toolCalls, endMs),
    background: background && home.callKey !== undefined,
    requests,
    toolCalls,
    totals,
  };
  if (thread.isUnfinished === true) subagent.isUnfinished = true;
  if (thread.compactions !== undefined) subagent.compactions = thread.compactions;
  if (agent.description !== undefined && options.keep !== "none") subagent.description = agent.description;
  if (home.callKey !== undefined) subagent.callKey = home.callKey;
  if (home.parentAgentId !== undefined) subagent.parentAgentId = home.parentAgentId;
  if (thread.prompt !== undefined) subagent.content = { prompt: thread.prompt };
  if (thread.error !== undefined) subagent.error = thread.error;
  if (agent.threads.length === 0) setDone(session, agent);
  return subagent;
}

/** The type that the newest clients write to each response. An agent that changed sessions may have no meta file. */
function typeIn(requests: readonly LlmRequest[]): string | undefined {
  return requests.find(({ attribution }) => attribution?.agent !== undefined)?.attribution?.agent;
}

/**
 * Where the agent's next conversation belongs. A conversation that is the root of a trace gets a `rootKey` of its own.
 */
export function homeOfNext({ home, released }: AgentState): AgentHome {
  const own = home as AgentHome;
  if (released === 0 || own.rootKey === undefined || own.callKey !== undefined) return own;
  return { ...own, rootKey: `${own.rootKey}/${released + 1}` };
}

/** The agents that are not done and whose home is known. */
export function homedAgents(session: SessionState): AgentState[] {
  return session.homedAgents.flatMap((agentId) => session.agents[agentId] ?? []);
}

/** Marks the agent as done: no more of it is expected. Keeps only what is needed to recognize it. */
export function setDone(session: SessionState, agent: AgentState): void {
  const done: DoneAgent = { released: agent.released };
  if (agent.type !== undefined) done.type = agent.type;
  if (agent.home !== undefined) done.home = agent.home;
  session.doneAgents[agent.agentId] = done;
  delete session.agents[agent.agentId];
  session.homedAgents = session.homedAgents.filter((agentId) => agentId !== agent.agentId);
  if (agent.toolUseId !== undefined) delete session.agentOfCall[agent.toolUseId];
}
