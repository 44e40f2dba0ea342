import type { RunPart, Subagent, ToolCall } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import { finishRequest } from "./request.ts";
import type { AgentState, SessionState, Sidechain } from "./state.ts";
import { isAtRest, type ThreadState } from "./thread.ts";
import { finishCall, startsAgent, type ToolDraft } from "./tool-call.ts";
import { addTotals, totalsOf } from "./usage.ts";

/** The agents that a conversation's calls started, each with its call and whether it outlives the call. */
export function agentsOfCalls(session: SessionState, calls: ToolDraft[]) {
  return calls.flatMap((call) => {
    const agent = agentOfCall(session, call);
    return agent === undefined ? [] : [{ call, agent, background: isBackground(call, agent) }];
  });
}

/** Format reference §5: by the meta file, else by the result, else (failed agents of older clients) by equal prompts. */
function agentOfCall(session: SessionState, call: ToolDraft): AgentState | undefined {
  const agents = Object.values(session.agents);
  const byMeta = agents.find((agent) => agent.toolUseId === call.id);
  if (byMeta !== undefined) return byMeta;
  if (call.agentId !== undefined) return session.agents[call.agentId];
  if (!startsAgent(call) || call.promptHash === undefined) return undefined;
  return agents.find(
    (agent) =>
      agent.toolUseId === undefined && agent.home === undefined && agent.promptHash === call.promptHash,
  );
}

function isBackground(call: ToolDraft, agent: AgentState): boolean {
  return call.isAsync === true || (call.agentId === undefined && agent.requestShape === "background");
}

/** Whether the agents that a conversation waits for have said that they are done, and theirs. */
export function foregroundAtRest(session: SessionState, thread: ThreadState): boolean {
  return agentsOfCalls(session, thread.toolCalls).every(({ agent, background }) => {
    const first = agent.threads[0];
    return (
      background || first === undefined || (isAtRest(first.thread) && foregroundAtRest(session, first.thread))
    );
  });
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

export interface Home {
  part: RunPart;
  turnId?: string;
}

/**
 * The finished calls of a conversation with the agents that it waited for inside them. Agents that go on in the
 * background get their home, and are released on their own.
 */
export function assembleCalls(
  session: SessionState,
  thread: ThreadState,
  lastMs: number,
  home: Home,
  options: SessionOptions,
): ToolCall[] {
  const agents = agentsOfCalls(session, thread.toolCalls);
  for (const { agent, call } of agents) agent.home ??= { ...home, toolUseId: call.id };
  return thread.toolCalls.map((draft) => {
    const call = finishCall(draft, lastMs);
    const link = agents.find((candidate) => candidate.call === draft);
    if (link === undefined || link.background || link.agent.threads.length === 0 || link.agent.released > 0)
      return call;
    return { ...call, subagent: releaseThread(session, link.agent, false, options) };
  });
}

/** Takes the agent's next thread as a finished subagent. */
export function releaseThread(
  session: SessionState,
  agent: AgentState,
  background: boolean,
  options: SessionOptions,
): Subagent {
  const index = agent.released++;
  const { thread, startMs } = agent.threads[index] as AgentState["threads"][number];
  const endMs = Math.max(thread.lastMs ?? startMs, startMs);
  const requests = thread.requests.map((request) => finishRequest(request, options));
  const home = agent.home as Home;
  const toolCalls = assembleCalls(session, thread, endMs, home, options);
  const totals = totalsOf(requests, toolCalls.length);
  totals.subagents = 1;
  for (const call of toolCalls) if (call.subagent !== undefined) addTotals(totals, call.subagent.totals);
  // What has been released is not needed again; the entry stays, so that its file is not read anew.
  agent.threads[index] = {
    startMs,
    thread: { requests: [], toolCalls: [], attempts: [], retries: [], last: thread.last },
  };
  const subagent: Subagent = {
    agentId: agent.agentId,
    invocation: index + 1,
    agentType: agent.type ?? "subagent",
    startMs,
    endMs,
    background,
    requests,
    toolCalls,
    totals,
  };
  if (agent.description !== undefined && options.content !== "none") subagent.description = agent.description;
  if (agent.home?.toolUseId !== undefined) subagent.toolUseId = agent.home.toolUseId;
  if (thread.error !== undefined) subagent.error = thread.error;
  return subagent;
}
