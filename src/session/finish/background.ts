import {
  finishThread,
  foregroundAtRest,
  homedAgents,
  homeOfNext,
  isOver,
  setDone,
} from "../agents/agents.ts";
import { isHidden } from "../agents/hidden.ts";
import { giveHome } from "../agents/links.ts";
import { isAtRest } from "../conversation/conversation.ts";
import type { AgentHome, AgentState, RunState, SessionState } from "../state.ts";
import { addCounts, clientUsdOf } from "../sums/counts.ts";
import { noteCost } from "./cost.ts";
import { type Finishing, homeIn, openRun, startPart } from "./runs.ts";

/** `quiet`: nothing has been written for a while. `ended`: nothing will be written again. */
interface Stillness {
  quiet: boolean;
  ended: boolean;
}

/** Releases agents that outlive their turns, one by one, as soon as each has finished. */
export function finishBackground(finishing: Finishing, facts: Stillness): void {
  const { session } = finishing;
  for (const agent of homedAgents(session)) {
    while (isDoneNext(session, agent, facts)) finishAgent(finishing, agent);
  }
}

/** Whether the agent has a conversation that has ended. */
function isDoneNext(session: SessionState, agent: AgentState, facts: Stillness): boolean {
  const [next, superseding] = agent.threads;
  if (next === undefined) return false;
  if (facts.ended) return true;
  // The agent's file may have been read before the turn that gave the agent more work, and before that turn's run.
  if (agent.released > 0 && !isBeforeOpenTurn(session, next.startMs)) return false;
  if (superseding !== undefined) return true;
  const { thread } = next;
  if (facts.quiet) return isAtRest(thread) && foregroundAtRest(session, thread);
  return agent.finished === true && isOver(session, thread);
}

function isBeforeOpenTurn({ main }: SessionState, atMs: number): boolean {
  if (main.items.length > 0 || atMs > (main.lastMs ?? 0)) return false;
  return main.turn === undefined || atMs < main.turn.startMs;
}

/** Releases the next conversation of an agent whose home is known. */
function finishAgent({ session, options, out }: Finishing, agent: AgentState): void {
  const home = homeOfNext(agent);
  // Later work of an agent counts for the run in which it happens. Its spans stay in the trace of the turn that
  // launched the agent.
  const isOfThisRun = agent.released > 0 || session.run?.part.run === home.run;
  const subagent = finishThread(session, agent, true, options);
  noteCost(session.cost, subagent.startMs, clientUsdOf(subagent.totals));
  if (session.run !== undefined && isOfThisRun) {
    addCounts(session.run.totals, subagent.totals);
    session.run.agentsEndMs = Math.max(session.run.agentsEndMs, subagent.endMs);
  }
  const turn = home.turnId === undefined ? {} : { turnId: home.turnId };
  const { run, part, startMs } = home;
  const place = session.run?.part.place ?? session.main.place;
  const root = home.rootKey === undefined ? {} : { rootKey: home.rootKey };
  out.push({ type: "subagent", part: { run, part, startMs, place }, ...turn, ...root, subagent });
}

/**
 * Releases all remaining agents of the run, in their current state. `untilMs`: agents that begin later belong to what
 * follows.
 *
 * Agents that a call started come first, since they may have called others, which are then linked to them. Agents
 * without a known call are linked to the session.
 */
export function finishAgentsOf(finishing: Finishing, run: RunState, untilMs: number): void {
  const { session } = finishing;
  for (let agent = nextAgentOf(session, run, untilMs); agent !== undefined; ) {
    if (agent.home === undefined) giveHome(session, agent, homeIn(run, undefined, agent.agentId));
    finishAgent(finishing, agent);
    agent = nextAgentOf(session, run, untilMs);
  }
  for (const agent of homedAgents(session)) {
    if (agent.home?.run === run.part.run && agent.threads.length === 0) setDone(session, agent);
  }
}

function nextAgentOf(session: SessionState, run: RunState, untilMs: number): AgentState | undefined {
  const isBefore = ({ threads: [next] }: AgentState) => next !== undefined && next.startMs < untilMs;
  const called = homedAgents(session).find((agent) => {
    return agent.released > 0
      ? isBefore(agent)
      : agent.home?.run === run.part.run && agent.threads.length > 0;
  });
  return called ?? strays(session).find((agent) => isBefore(agent) && !isWaiting(agent));
}

/**
 * Whether the agent answers a side question and its answer is not on disk. The client may end its run before the
 * answer.
 */
function isWaiting(agent: AgentState): boolean {
  return isHidden(agent.agentId, agent) && agent.threads[0]?.thread.requests.length === 0;
}

function strays(session: SessionState): AgentState[] {
  return Object.values(session.agents).filter(({ home }) => home === undefined);
}

/**
 * Releases the agents that no call started and that began after the end of a run, before anything else. They belong to
 * the run before, whose summary has been released, or to a run of their own if there is none.
 */
export function finishStrays(finishing: Finishing, untilMs: number, nextPromptId?: string): void {
  const { session } = finishing;
  const late = strays(session).filter(({ threads: [next], promptId }) => {
    // The agent of a slash command may begin before the record of its prompt.
    if (next === undefined || (promptId !== undefined && promptId === nextPromptId)) return false;
    // An agent without a response from the model is dropped: it may be the agent of another session with a similar
    // first row.
    return next.startMs < untilMs && next.thread.requests.length > 0;
  });
  for (const agent of late) {
    if (agent.home !== undefined) continue;
    giveHome(session, agent, { ...homeAfterRun(finishing, agent), rootKey: agent.agentId });
    while (session.agents[agent.agentId] === agent && agent.threads.length > 0) finishAgent(finishing, agent);
  }
}

function homeAfterRun(finishing: Finishing, { threads: [next] }: AgentState): AgentHome {
  const { lastPart, main } = finishing.session;
  if (lastPart !== undefined) return { ...lastPart };
  const { startMs, thread } = next as AgentState["threads"][number];
  const run = openRun(finishing, { startMs, place: main.place });
  startPart(finishing, run, Math.max(startMs, thread.lastMs ?? startMs));
  return homeIn(run, undefined);
}
