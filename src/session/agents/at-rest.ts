import { isAtRest } from "../conversation/conversation.ts";
import type { ThreadState } from "../conversation/thread.ts";
import type { SessionState } from "../state.ts";
import { agentsOfCall, agentsOfCalls, isBackground } from "./links.ts";

/** Conversations that the current check has visited: ids may make an agent call itself. */
type Visited = Set<ThreadState>;

/** Whether the agents that a conversation waits for have ended their conversations, and their own agents too. */
export function foregroundAtRest(
  session: SessionState,
  thread: ThreadState,
  visited: Visited = new Set(),
): boolean {
  return agentsOfCalls(session, thread.toolCalls).every(({ agent, background }) => {
    const first = agent.threads[0];
    if (background || first === undefined || agent.released > 0 || isVisited(visited, first.thread))
      return true;
    return isAtRest(first.thread) && foregroundAtRest(session, first.thread, visited);
  });
}

/**
 * Whether the agents whose results exist have ended their conversations in their own files, and their own agents too.
 * The client buffers each file separately, so a result may be on disk before the agent's last record.
 */
export function answeredAtRest(
  session: SessionState,
  thread: ThreadState,
  visited: Visited = new Set(),
): boolean {
  return thread.toolCalls.every((call) => {
    if (call.endMs === undefined) return true;
    const agents = agentsOfCall(session, call);
    if (agents.length === 0) return call.agentId === undefined || isDone(session, call.agentId);
    return agents.every((agent) => {
      if (agent.released > 0 || isBackground(call, agent)) return true;
      const first = agent.threads[0];
      return (
        first !== undefined && (isVisited(visited, first.thread) || isOver(session, first.thread, visited))
      );
    });
  });
}

function isVisited(visited: Visited, thread: ThreadState): boolean {
  if (visited.has(thread)) return true;
  visited.add(thread);
  return false;
}

/** Whether a conversation has ended, with all the agents that it waits for. */
export function isOver(session: SessionState, thread: ThreadState, visited: Visited = new Set()): boolean {
  return (
    isAtRest(thread) &&
    answeredAtRest(session, thread, visited) &&
    foregroundAtRest(session, thread, new Set())
  );
}

function isDone(session: SessionState, agentId: string): boolean {
  return session.doneAgents[agentId] !== undefined;
}
