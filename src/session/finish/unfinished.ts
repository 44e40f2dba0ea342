import type { AgentState } from "../agent-state.ts";
import { homedAgents } from "../agents/agents.ts";
import { agentsOfCalls, agentsOfSkill } from "../agents/links.ts";
import { isAtRest } from "../conversation/conversation.ts";
import type { ThreadState } from "../conversation/thread.ts";
import type { OpenTurn, SessionState } from "../state.ts";

/**
 * Marks what a running client still works on: its open turns, its agents, and their calls without a result. Without
 * these marks, it looks as if it was cut off.
 *
 * `openSinceMs`: returns since when a running client has the session open, in epoch ms; undefined if none has. It is
 * asked only if something has no end. What began before that was cut off with an earlier client.
 */
export function markUnfinished(session: SessionState, openSinceMs: () => number | undefined): void {
  const turns = openTurns(session);
  const threads = [...turns, ...Object.values(session.agents).flatMap((agent) => agent.threads)];
  if (threads.every(({ thread }) => isAtRest(thread))) return;
  const sinceMs = openSinceMs();
  if (sinceMs === undefined) return;

  const mark = (startMs: number, thread: ThreadState): void => {
    if (thread.isUnfinished === true || isAtRest(thread)) return;
    const begins = [startMs, ...thread.requests.map((request) => request.startMs)];
    if (Math.max(...begins) < sinceMs) return;
    thread.isUnfinished = true;
    const open = thread.toolCalls.filter((call) => call.endMs === undefined && call.startMs >= sinceMs);
    for (const call of open) call.outcome = "unfinished";
    for (const { agent } of agentsOfCalls(session, open)) markAgent(agent);
  };
  const markAgent = ({ threads }: AgentState): void => {
    for (const { startMs, thread } of threads) mark(startMs, thread);
  };

  // The end of a call says nothing about an agent in the background.
  const background = turns
    .flatMap(({ thread }) => agentsOfCalls(session, thread.toolCalls))
    .flatMap(({ agent, background }) => (background ? [agent] : []));
  for (const agent of [...homedAgents(session), ...background]) markAgent(agent);
  for (const turn of turns) {
    if (turn.mayBeOver === true) continue;
    mark(turn.startMs, turn.thread);
    if (turn.thread.isUnfinished === true) agentsOfSkill(session, turn).forEach(markAgent);
  }
}

function openTurns({ main }: SessionState): OpenTurn[] {
  return [...(main.turn === undefined ? [] : [main.turn]), ...(main.turnsBeside ?? [])];
}
