import type { AgentHome, AgentState } from "../agent-state.ts";
import { finishThread, homedAgents, homeOfNext, setDone } from "../agents/agents.ts";
import { foregroundAtRest, isOver } from "../agents/at-rest.ts";
import { isHidden } from "../agents/hidden.ts";
import { giveHome } from "../agents/links.ts";
import { isAtRest } from "../conversation/conversation.ts";
import type { RunState } from "../run-state.ts";
import type { SessionState } from "../state.ts";
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

/** The time of the main file's last record in a run, and when what follows the run begins. */
interface RunEnd {
  endMs: number;
  untilMs: number;
}

/**
 * Releases all remaining agents of the run, in their current state. Agents that begin later belong to what follows, and
 * so do agents that begin between the two and go on in it.
 *
 * Agents that a call started come first, since they may have called others, which are then linked to them. Agents
 * without a known call are linked to the session.
 */
export function finishAgentsOf(finishing: Finishing, run: RunState, end: RunEnd): void {
  const { session } = finishing;
  for (let agent = nextAgentOf(session, run, end); agent !== undefined; ) {
    if (agent.home === undefined) giveHome(session, agent, homeIn(run, undefined, agent.agentId));
    finishAgent(finishing, agent);
    agent = nextAgentOf(session, run, end);
  }
  for (const agent of homedAgents(session)) {
    if (agent.home?.run === run.part.run && agent.threads.length === 0) setDone(session, agent);
  }
}

function nextAgentOf(session: SessionState, run: RunState, end: RunEnd): AgentState | undefined {
  const { endMs, untilMs } = end;
  const isOfRun = ({ threads: [next] }: AgentState) =>
    next !== undefined && (next.startMs <= endMs || isOverAt(next, untilMs));
  const isBefore = ({ threads: [next] }: AgentState) => next !== undefined && next.startMs < untilMs;
  const called = homedAgents(session).find((agent) => {
    return agent.released > 0
      ? isBefore(agent)
      : agent.home?.run === run.part.run && agent.threads.length > 0;
  });
  return called ?? strays(session).find((agent) => isOfRun(agent) && !isWaiting(agent));
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
  const isOverNow = ({ agentId, threads: [next] }: AgentState) =>
    session.agents[agentId] !== undefined && next !== undefined && isOverAt(next, untilMs);
  const late = strays(session).filter((agent) => {
    const { threads, promptId } = agent;
    // The agent of a slash command may begin before the record of its prompt.
    if (promptId !== undefined && promptId === nextPromptId) return false;
    // An agent without a response from the model is dropped: it may be the agent of another session with a similar
    // first row.
    return isOverNow(agent) && threads[0]?.thread.requests.length !== 0;
  });
  for (const agent of late) {
    if (agent.home !== undefined) continue;
    giveHome(session, agent, { ...homeAfterRun(finishing, agent), rootKey: agent.agentId });
    while (isOverNow(agent)) finishAgent(finishing, agent);
  }
}

/** Whether the conversation ended before this time. One that goes on belongs to the run that begins at this time. */
function isOverAt({ startMs, thread }: AgentState["threads"][number], atMs: number): boolean {
  if (atMs === Number.POSITIVE_INFINITY) return true;
  return isAtRest(thread) && Math.max(startMs, thread.lastMs ?? startMs) < atMs;
}

function homeAfterRun(finishing: Finishing, { threads: [next] }: AgentState): AgentHome {
  const { lastPart, main } = finishing.session;
  if (lastPart !== undefined) return { ...lastPart };
  const { startMs, thread } = next as AgentState["threads"][number];
  const run = openRun(finishing, { startMs, place: main.place });
  startPart(finishing, run, Math.max(startMs, thread.lastMs ?? startMs));
  return homeIn(run, undefined);
}
