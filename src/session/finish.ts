import {
  adoptSidechains,
  answeredAtRest,
  assembleCalls,
  finishThread,
  foregroundAtRest,
  giveHome,
  homedAgents,
  isOver,
  setDone,
} from "./agents.ts";
import { isAtRest } from "./conversation.ts";
import { noteCost, settleCost } from "./cost.ts";
import { addCounts, clientUsdOf, countsOfConversation, noCounts } from "./counts.ts";
import type { AfterClear, Finished, Place, RunPart, Turn } from "./model.ts";
import type { SessionOptions } from "./options.ts";
import { endTurn } from "./read-main.ts";
import { finishRequest } from "./request.ts";
import { noteRecentTurn, rewoundBy } from "./rewind.ts";
import type { AgentHome, AgentState, MainItem, RunState, SessionState } from "./state.ts";
import type { ThreadState } from "./thread.ts";

/** What is known about the session's files beyond their records. */
export interface FileFacts {
  /** Nothing has been written to any of them for a while: what is not there will not come. */
  quiet: boolean;
  /** Nothing will ever be written to them: the end of the file is the end of the run. */
  ended: boolean;
}

/**
 * Gives what has become final since the last call, in the order in which it may be sent. Pure over the session's state:
 * however often it is called and wherever the reading was cut, the same things come out.
 */
export function finish(session: SessionState, facts: FileFacts, options: SessionOptions): Finished[] {
  const out: Finished[] = [];
  if (facts.ended) endTurn(session.main);
  const items = session.main.items;
  for (let item = items[0]; item !== undefined; item = items[0]) {
    if (!facts.quiet && !facts.ended && !isWritten(session, item)) break;
    items.shift();
    finishItem(session, item, options, out);
  }
  finishBackground(session, facts, options, out);
  if (facts.ended && items.length === 0 && session.run !== undefined && !session.run.closed) {
    finishRun(session, session.run, session.main.lastMs ?? session.run.partEndMs, undefined, options, out);
  }
  return out;
}

/** Whether all of it is on disk, as far as the files say: they are written one by one, each with a buffer of its own. */
function isWritten(session: SessionState, item: MainItem): boolean {
  const { main, run } = session;
  if (item.type === "turn" && item.turn.copiedFrom === undefined) {
    // Something behind a turn proves that it is over, agents without a result included.
    const isFollowed = main.items.length > 1 || main.turn !== undefined;
    const { thread } = item.turn;
    return answeredAtRest(session, thread) && (isFollowed || foregroundAtRest(session, thread));
  }
  if (item.type !== "cost-state") return true;
  return homedAgents(session).every((agent) => {
    if (agent.home?.run !== run?.part.run) return true;
    return agent.threads.length > 0 && agent.threads.every(({ thread }) => isAtRest(thread));
  });
}

function finishItem(session: SessionState, item: MainItem, options: SessionOptions, out: Finished[]): void {
  switch (item.type) {
    case "turn":
      return finishTurn(session, item, options, out);
    case "late":
      return finishLate(session, item, options, out);
    case "compaction": {
      const { compaction } = item;
      const run = runFor(session, compaction.startMs, item.beforeMs, item.place, options, out);
      startPart(session, run, compaction.endMs, out);
      run.compactions++;
      run.partSpans++;
      run.partEndMs = Math.max(run.partEndMs, compaction.endMs);
      out.push({ type: "compaction", part: run.part, compaction });
      return;
    }
    case "cost-state": {
      const run = session.run;
      if (run !== undefined && !run.closed) {
        finishRun(session, run, item.lastMs ?? run.partEndMs, item, options, out);
      } else {
        settleCost(session.cost, item.totalUsd, item.startMs);
      }
      // A run that only the end of the file had ended is over for good now.
      delete session.run;
    }
  }
}

function finishTurn(
  session: SessionState,
  item: Extract<MainItem, { type: "turn" }>,
  options: SessionOptions,
  out: Finished[],
): void {
  const { turn: draft, endMs } = item;
  const { thread } = draft;
  adoptSidechains(session, draft.sidechains, thread.toolCalls);
  takeCopies(session, thread, draft.startMs, options);
  if (draft.copiedFrom !== undefined) {
    session.lastTurn = { sessionId: draft.copiedFrom, id: draft.id };
    // What the fork itself has added to it has no turn here.
    return finishLate(session, { type: "late", thread, sidechains: [] }, options, out);
  }
  const requests = thread.requests.map((request) => finishRequest(request, options));
  const run = runFor(session, draft.startMs, draft.beforeMs, draft.place, options, out, draft.afterClear);
  startPart(session, run, endMs, out);
  const home = homeIn(run, draft.id);
  const toolCalls = assembleCalls(session, thread, thread.lastMs ?? endMs, home, options);
  const totals = countsOfConversation(requests, toolCalls);
  const turn: Turn = {
    id: draft.id,
    index: draft.index,
    startMs: draft.startMs,
    endMs,
    outcome: item.outcome,
    requests,
    toolCalls,
    compactions: draft.compactions,
    totals,
    place: draft.place,
  };
  if (draft.promptId !== undefined) turn.promptId = draft.promptId;
  if (draft.source !== undefined) turn.source = draft.source;
  if (item.outcome === "failed" && thread.error !== undefined) turn.error = thread.error;
  if (draft.rewound !== undefined) turn.rewound = rewoundBy(session, draft.rewound);
  if (draft.afterClear !== undefined) turn.afterClear = draft.afterClear;
  if (draft.command !== undefined) turn.command = draft.command;
  if (draft.prompt !== undefined) turn.content = { prompt: draft.prompt };
  noteCost(session.cost, draft.startMs, clientUsdOf(totals));
  addCounts(run.totals, totals);
  run.turns++;
  run.partTurns++;
  run.compactions += draft.compactions.length;
  run.partSpans += 1 + requests.length + toolCalls.length + draft.compactions.length;
  run.outcome = item.outcome;
  if (draft.place.title !== undefined) run.title = draft.place.title;
  run.partEndMs = Math.max(run.partEndMs, endMs);
  const previous = session.lastTurn === undefined ? {} : { previousTurn: session.lastTurn };
  session.lastTurn = { sessionId: session.sessionId, id: turn.id };
  noteRecentTurn(session, turn.id, run.part);
  out.push({ type: "turn", part: run.part, turn, ...previous });
}

/** What a fork copied is counted by the session that it comes from; here it only explains a part of the fork's cost. */
function takeCopies(
  session: SessionState,
  thread: ThreadState,
  startMs: number,
  options: SessionOptions,
): void {
  const copies = thread.requests.filter(({ copiedFrom }) => copiedFrom !== undefined);
  if (copies.length > 0) {
    const requests = copies.map((request) => finishRequest(request, options));
    noteCost(session.cost, startMs, clientUsdOf(countsOfConversation(requests, [])));
    thread.requests = thread.requests.filter(({ copiedFrom }) => copiedFrom === undefined);
  }
  thread.toolCalls = thread.toolCalls.filter(({ copiedFrom }) => copiedFrom === undefined);
}

function finishLate(
  session: SessionState,
  item: Extract<MainItem, { type: "late" }>,
  options: SessionOptions,
  out: Finished[],
): void {
  const { thread } = item;
  takeCopies(session, thread, thread.requests[0]?.startMs ?? 0, options);
  const firstMs = thread.requests[0]?.startMs ?? item.sidechains[0]?.startMs ?? session.main.lastMs ?? 0;
  adoptSidechains(session, item.sidechains, thread.toolCalls);
  if (thread.requests.length === 0) return;
  const lastMs = thread.lastMs ?? firstMs;
  const run = runFor(session, firstMs, undefined, session.main.place, options, out);
  startPart(session, run, lastMs, out);
  const home = homeIn(run, item.turnId, thread.requests[0]?.key);
  const requests = thread.requests.map((request) => finishRequest(request, options));
  const toolCalls = assembleCalls(session, thread, lastMs, home, options);
  const totals = countsOfConversation(requests, toolCalls);
  addCounts(run.totals, totals);
  noteCost(session.cost, firstMs, clientUsdOf(totals));
  run.partSpans += requests.length + toolCalls.length;
  run.partEndMs = Math.max(run.partEndMs, lastMs);
  const turn = item.turnId === undefined ? {} : { turnId: item.turnId };
  out.push({ type: "late", part: run.part, ...turn, requests, toolCalls });
}

/** `rootKey` counts where there is no turn. */
function homeIn(run: RunState, turnId: string | undefined, rootKey?: string): AgentHome {
  const { part } = run;
  const home: AgentHome = { run: part.run, part: part.part, startMs: part.startMs };
  if (turnId !== undefined) home.turnId = turnId;
  else if (rootKey !== undefined) home.rootKey = rootKey;
  return home;
}

/** The run that something belongs to; begins a new one where DESIGN §3 says that one begins. */
function runFor(
  session: SessionState,
  startMs: number,
  beforeMs: number | undefined,
  place: Place,
  options: SessionOptions,
  out: Finished[],
  afterClear?: AfterClear,
): RunState {
  let run = session.run;
  if (run !== undefined && beforeMs !== undefined && startMs - beforeMs > options.idleCloseMs) {
    if (!run.closed) finishRun(session, run, beforeMs, undefined, options, out);
    run = undefined;
  }
  if (run === undefined) {
    const first = session.nextRun === 0 ? firstOwnMs(session) : undefined;
    run = newRun(session, Math.min(first ?? startMs, startMs), place);
    if (afterClear !== undefined) run.part.afterClear = afterClear;
    session.run = run;
  }
  delete run.closed;
  if (run.partStarted && run.partSpans >= options.maxSpansPerTrace) nextPart(session, run, startMs, out);
  return run;
}

/** When the file's own history begins; undefined when a fork's copied history hides it. */
function firstOwnMs(session: SessionState): number | undefined {
  const { ownSinceMs, hasCopies, firstMs } = session.main;
  return ownSinceMs ?? (hasCopies ? undefined : firstMs);
}

function newRun(session: SessionState, startMs: number, place: Place): RunState {
  const part: RunPart = { run: session.nextRun++, part: 0, startMs, place };
  if (session.main.forkedFrom !== undefined) part.forkedFrom = session.main.forkedFrom;
  return {
    part,
    startMs,
    partStarted: false,
    partSpans: 0,
    partTurns: 0,
    turns: 0,
    compactions: 0,
    totals: noCounts(),
    outcome: "completed",
    partEndMs: startMs,
    agentsEndMs: startMs,
  };
}

function nextPart(session: SessionState, run: RunState, startMs: number, out: Finished[]): void {
  out.push({ type: "part_finished", part: run.part, endMs: run.partEndMs, turns: run.partTurns });
  session.lastPart = { run: run.part.run, part: run.part.part, startMs: run.part.startMs };
  run.part = { ...run.part, part: run.part.part + 1, startMs };
  run.partStarted = false;
  run.partSpans = 0;
  run.partTurns = 0;
}

function startPart(session: SessionState, run: RunState, firstEndMs: number, out: Finished[]): void {
  if (run.partStarted) return;
  run.partStarted = true;
  run.partSpans++;
  const previous = session.lastPart === undefined ? {} : { previous: session.lastPart };
  out.push({ type: "part_started", part: run.part, firstEndMs, ...previous });
}

/** Agents that outlive their turn: released one by one, as soon as each has said that it is done. */
function finishBackground(
  session: SessionState,
  facts: FileFacts,
  options: SessionOptions,
  out: Finished[],
): void {
  for (const agent of homedAgents(session)) {
    while (isDoneNext(session, agent, facts)) finishAgent(session, agent, options, out);
  }
}

/** Whether the agent has a conversation that is over. */
function isDoneNext(session: SessionState, agent: AgentState, facts: FileFacts): boolean {
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

function finishAgent(
  session: SessionState,
  agent: AgentState,
  options: SessionOptions,
  out: Finished[],
): void {
  const home = agent.home as AgentHome;
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
 * An agent with something to release that belongs to the run. Those that somebody called come first: they may have
 * called others, which then hang on them. What nobody called, or nothing says who, hangs on the session.
 */
function nextAgentOf(session: SessionState, run: RunState, endMs: number): AgentState | undefined {
  const isBeforeEnd = ({ threads: [next] }: AgentState) => next !== undefined && next.startMs <= endMs;
  const called = homedAgents(session).find((agent) => {
    return agent.released > 0
      ? isBeforeEnd(agent)
      : agent.home?.run === run.part.run && agent.threads.length > 0;
  });
  if (called !== undefined) return called;
  return Object.values(session.agents).find((agent) => agent.home === undefined && isBeforeEnd(agent));
}

/** Ends the run: its last agents as they are, then the summary. `endMs`: time of the main file's last record in it. */
function finishRun(
  session: SessionState,
  run: RunState,
  endMs: number,
  sum: { totalUsd: number; startMs: number } | undefined,
  options: SessionOptions,
  out: Finished[],
): void {
  for (let agent = nextAgentOf(session, run, endMs); agent !== undefined; ) {
    if (agent.home === undefined) giveHome(session, agent, homeIn(run, undefined, agent.agentId));
    finishAgent(session, agent, options, out);
    agent = nextAgentOf(session, run, endMs);
  }
  for (const agent of homedAgents(session)) {
    if (agent.home?.run === run.part.run && agent.threads.length === 0) setDone(session, agent);
  }
  const hiddenUsd = sum === undefined ? undefined : settleCost(session.cost, sum.totalUsd, sum.startMs);
  session.lastPart = { run: run.part.run, part: run.part.part, startMs: run.part.startMs };
  run.closed = true;
  if (run.summarized) return;
  run.summarized = true;
  out.push({
    type: "run_finished",
    part: run.part,
    summary: {
      ...(run.startMs === undefined ? {} : { startMs: run.startMs }),
      endMs: Math.max(endMs, run.partEndMs, run.agentsEndMs),
      outcome: run.outcome,
      turns: run.turns,
      compactions: run.compactions,
      totals: run.totals,
      ...(run.title === undefined ? {} : { title: run.title }),
      ...(hiddenUsd === undefined ? {} : { hiddenUsd }),
    },
  });
}
