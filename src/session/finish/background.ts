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

/** Whether nothing has been written for a while, and whether nothing will be. */
interface Stillness {
  quiet: boolean;
  ended: boolean;
}

/** Agents that outlive their turn: released one by one, as soon as each has said that it is done. */
export function finishBackground(finishing: Finishing, facts: Stillness): void {
  const { session } = finishing;
  for (const agent of homedAgents(session)) {
    while (isDoneNext(session, agent, facts)) finishAgent(finishing, agent);
  }
}

/** Whether the agent has a conversation that is over. */
function isDoneNext(session: SessionState, agent: AgentState, facts: Stillness): boolean {
  const [next, superseding] = agent.threads;
  if (next === undefined) return false;
  if (facts.ended) return true;
  // Its file may have been read ahead of the turn that gave it more to do, and of that turn's run.
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

/** Gives the next conversation of an agent whose home is known. */
function finishAgent({ session, options, out }: Finishing, agent: AgentState): void {
  const home = homeOfNext(agent);
  // What it is given to do later is a part of that run, though it stays in the trace of the turn that launched it.
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
 * Gives all that is left of the run's agents, as it is. `untilMs`: agents that begin later belong to what comes then.
 * Those that somebody called come first: they may have called others, which then hang on them. What nobody called, or
 * nothing says who, hangs on the session.
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

/** A question beside the conversation whose answer is not on disk: the client may have ended its run before that. */
function isWaiting(agent: AgentState): boolean {
  return isHidden(agent.agentId, agent) && agent.threads[0]?.thread.requests.length === 0;
}

function strays(session: SessionState): AgentState[] {
  return Object.values(session.agents).filter(({ home }) => home === undefined);
}

/**
 * Gives the agents that nobody called and that began after a run's end, before anything else: with the run before, whose
 * summary has gone out, or with one of their own where nothing was before.
 */
export function finishStrays(finishing: Finishing, untilMs: number, nextPromptId?: string): void {
  const { session } = finishing;
  const late = strays(session).filter(({ threads: [next], promptId }) => {
    // A slash command's agent may begin before the record of its prompt.
    if (next === undefined || (promptId !== undefined && promptId === nextPromptId)) return false;
    // What the model never answered is nothing: perhaps another session's agent, whose first words look alike.
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
