import { isAtRest } from "./conversation.ts";
import { countsOfConversation } from "./counts.ts";
import type { Subagent, ToolCall } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import { finishRequest } from "./request.ts";
import type { AgentHome, AgentState, DoneAgent, SessionState, Sidechain } from "./state.ts";
import type { ThreadState } from "./thread.ts";
import { finishCall, startsAgent, type ToolDraft } from "./tool-call.ts";

/** The agents that a conversation's calls started, each with its call and whether it outlives the call. */
export function agentsOfCalls(session: SessionState, calls: ToolDraft[]) {
  return calls.flatMap((call) => {
    const agent = agentOfCall(session, call);
    return agent === undefined ? [] : [{ call, agent, background: isBackground(call, agent) }];
  });
}

/** Format reference §5: by the meta file, else by the result, else (failed agents of older clients) by equal prompts. */
function agentOfCall(session: SessionState, call: ToolDraft): AgentState | undefined {
  const agentId = session.agentOfCall[call.id] ?? call.agentId;
  if (agentId !== undefined) return session.agents[agentId];
  if (!startsAgent(call) || call.promptHash === undefined) return undefined;
  return Object.values(session.agents).find(
    (agent) =>
      agent.toolUseId === undefined && agent.home === undefined && agent.promptHash === call.promptHash,
  );
}

function isBackground(call: ToolDraft, agent: AgentState): boolean {
  return call.isAsync === true || (call.agentId === undefined && agent.requestShape === "background");
}

/** Ids of the agents that a call speaks of whose turn or conversation has not been released. */
export function agentsNamed(session: SessionState): Set<string> {
  const { main, agents } = session;
  const threads = [
    ...(main.turn === undefined ? [] : [main.turn.thread]),
    ...main.items.flatMap((item) =>
      item.type === "turn" ? [item.turn.thread] : item.type === "late" ? [item.thread] : [],
    ),
    ...Object.values(agents).flatMap((agent) => agent.threads.map(({ thread }) => thread)),
  ];
  const calls = threads.flatMap(({ toolCalls }) => toolCalls);
  return new Set(calls.flatMap(({ agentId, resumedAgentId }) => agentId ?? resumedAgentId ?? []));
}

/** Whether the agents that a conversation waits for have said that they are done, and theirs. */
export function foregroundAtRest(session: SessionState, thread: ThreadState): boolean {
  return agentsOfCalls(session, thread.toolCalls).every(({ agent, background }) => {
    const first = agent.threads[0];
    const released = background || first === undefined || agent.released > 0;
    return released || (isAtRest(first.thread) && foregroundAtRest(session, first.thread));
  });
}

/**
 * Whether the agents whose results are there have said so themselves, and theirs. The client buffers each file by
 * itself: a result may be on disk before the agent's last words.
 */
export function answeredAtRest(session: SessionState, thread: ThreadState): boolean {
  return thread.toolCalls.every((call) => {
    if (call.endMs === undefined) return true;
    const agent = agentOfCall(session, call);
    if (agent === undefined) return call.agentId === undefined || isDone(session, call.agentId);
    if (agent.released > 0 || isBackground(call, agent)) return true;
    const first = agent.threads[0];
    return first !== undefined && isOver(session, first.thread);
  });
}

/** Whether a conversation has come to its end, with all the agents that it waits for. */
export function isOver(session: SessionState, thread: ThreadState): boolean {
  return isAtRest(thread) && answeredAtRest(session, thread) && foregroundAtRest(session, thread);
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
 * The finished calls of a conversation with the agents that it waited for inside them. Agents that go on in the
 * background get their home, and are released on their own.
 */
export function assembleCalls(
  session: SessionState,
  thread: ThreadState,
  lastMs: number,
  home: AgentHome,
  options: SessionOptions,
): ToolCall[] {
  const agents = agentsOfCalls(session, thread.toolCalls);
  for (const { agent, call } of agents) {
    if (agent.home === undefined) giveHome(session, agent, { ...home, callKey: call.key });
    if (agent.type === undefined && call.agentType !== undefined) agent.type = call.agentType;
  }
  return thread.toolCalls.map((draft) => {
    const call = finishCall(draft, lastMs);
    const link = agents.find((candidate) => candidate.call === draft);
    if (link === undefined || link.background || link.agent.threads.length === 0 || link.agent.released > 0)
      return call;
    return { ...call, subagent: finishThread(session, link.agent, false, options) };
  });
}

/** Takes the agent's next conversation as a finished subagent; an agent that has no other is done. */
export function finishThread(
  session: SessionState,
  agent: AgentState,
  background: boolean,
  options: SessionOptions,
): Subagent {
  const { thread, startMs } = agent.threads.shift() as AgentState["threads"][number];
  const invocation = ++agent.released;
  const home = agent.home as AgentHome;
  const endMs = Math.max(thread.lastMs ?? startMs, startMs);
  const requests = thread.requests.map((request) => finishRequest(request, options));
  const toolCalls = assembleCalls(session, thread, endMs, home, options);
  const totals = countsOfConversation(requests, toolCalls);
  totals.subagents++;
  const subagent: Subagent = {
    agentId: agent.agentId,
    invocation,
    agentType: agent.type ?? hiddenKind(agent.agentId) ?? "subagent",
    startMs,
    endMs,
    background: background && home.callKey !== undefined,
    requests,
    toolCalls,
    totals,
  };
  if (agent.description !== undefined && options.keep !== "none") subagent.description = agent.description;
  if (home.callKey !== undefined) subagent.callKey = home.callKey;
  if (thread.prompt !== undefined) subagent.content = { prompt: thread.prompt };
  if (thread.error !== undefined) subagent.error = thread.error;
  if (agent.threads.length === 0) setDone(session, agent);
  return subagent;
}

/**
 * What an agent is for that the client made for itself: `compact`, `side_question`. Its id is the letter `a`, the kind and
 * random hex digits; those of agents that the model calls are the letter and the digits.
 */
function hiddenKind(agentId: string): string | undefined {
  return /^a([a-z_]+)-[0-9a-f]{6,}$/.exec(agentId)?.[1];
}

/** Says where the agent's spans belong. */
export function giveHome(session: SessionState, agent: AgentState, home: AgentHome): void {
  agent.home = home;
  session.homedAgents.push(agent.agentId);
}

/** The agents that are not done and whose home is known. */
export function homedAgents(session: SessionState): AgentState[] {
  return session.homedAgents.flatMap((agentId) => session.agents[agentId] ?? []);
}

function isDone(session: SessionState, agentId: string): boolean {
  return session.doneAgents[agentId] !== undefined;
}

/** Nothing more of the agent is awaited; what is kept is enough to know it again. */
export function setDone(session: SessionState, agent: AgentState): void {
  const done: DoneAgent = { released: agent.released };
  if (agent.type !== undefined) done.type = agent.type;
  if (agent.home !== undefined) done.home = agent.home;
  session.doneAgents[agent.agentId] = done;
  delete session.agents[agent.agentId];
  session.homedAgents = session.homedAgents.filter((agentId) => agentId !== agent.agentId);
  if (agent.toolUseId !== undefined) delete session.agentOfCall[agent.toolUseId];
}
