import type { AgentHome } from "../agent-state.ts";
import { adoptSidechains, assembleCalls, endOf, finishThread, homeOfNext } from "../agents/agents.ts";
import { agentsOfSkill, expectAgentsOfSkill, giveHome, isBackground } from "../agents/links.ts";
import { markCacheMisses } from "../conversation/cache-miss.ts";
import { finishRequest } from "../conversation/request.ts";
import type { ThreadState } from "../conversation/thread.ts";
import type { ApiFailure, LlmRequest, Subagent, Turn } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import type { RunState } from "../run-state.ts";
import type { MainItem, MainState, OpenTurn, SessionState } from "../state.ts";
import { addCounts, clientUsdOf, countsOfConversation } from "../sums/counts.ts";
import { findingsOfMode } from "../turns/mode-findings.ts";
import { noteRecentTurn, rewoundBy } from "../turns/rewind.ts";
import { noteWaits } from "../turns/waits.ts";
import { noteCost } from "./cost.ts";
import { type Finishing, homeIn, openRun, startPart } from "./runs.ts";

type TurnItem = Extract<MainItem, { type: "turn" }>;

/**
 * A copied turn: another session counts it and has its span. What the fork itself added to the turn is released as
 * late, without a turn.
 */
export function finishCopiedTurn(finishing: Finishing, { turn }: TurnItem): void {
  const { session } = finishing;
  adoptSidechains(session, turn.sidechains, turn.thread.toolCalls);
  takeCopies(finishing, turn.thread, turn.startMs);
  session.lastTurn = { sessionId: turn.copiedFrom as string, id: turn.id };
  finishLate(finishing, { type: "late", thread: turn.thread, sidechains: [] });
}

/** Removes what a fork copied: the session of its origin counts it. Here it only explains a part of the fork's cost. */
function takeCopies({ session, options }: Finishing, thread: ThreadState, startMs: number): void {
  const copies = thread.requests.filter(({ copiedFrom }) => copiedFrom !== undefined);
  if (copies.length > 0) {
    const requests = copies.map((request) => finishRequest(request, options));
    noteCost(session.cost, startMs, clientUsdOf(countsOfConversation(requests, [])));
    thread.requests = thread.requests.filter(({ copiedFrom }) => copiedFrom === undefined);
  }
  thread.toolCalls = thread.toolCalls.filter(({ copiedFrom }) => copiedFrom === undefined);
}

/** Releases the turn with its requests, its calls and the agents that it waited for. */
export function finishTurn(finishing: Finishing, item: TurnItem): void {
  const { session, options, out } = finishing;
  const draft = withOwnId(session, item.turn);
  const { thread } = draft;
  adoptSidechains(session, draft.sidechains, thread.toolCalls);
  takeCopies(finishing, thread, draft.startMs);
  const run = openRun(finishing, draft);
  startPart(finishing, run, item.endMs);
  const home = homeIn(run, draft.id);
  const requests = thread.requests.map((request) => finishRequest(request, options));
  noteCache(session.main, requests, options);
  const toolCalls = assembleCalls(session, thread, thread.lastMs ?? item.endMs, home, options);
  const ofSkill = finishSkill(finishing, draft, home);
  const totals = countsOfConversation(requests, toolCalls);
  for (const subagent of ofSkill) addCounts(totals, subagent.totals);
  const endMs = endOf(toolCalls, item.endMs);
  const turn = turnOf(finishing, { ...item, turn: draft, endMs }, { requests, toolCalls, totals });
  noteCost(session.cost, draft.startMs, clientUsdOf(totals));
  addTurn(run, turn);
  const previous = session.lastTurn === undefined ? {} : { previousTurn: session.lastTurn };
  session.lastTurn = { sessionId: session.sessionId, id: turn.id };
  noteRecentTurn(session, turn.id, run.part);
  out.push({ type: "turn", part: run.part, turn, ...previous });
  for (const subagent of ofSkill) out.push({ type: "subagent", part: run.part, turnId: turn.id, subagent });
}

/** Two turns must not share a span, so a repeated prompt id gets the turn's index as suffix. */
function withOwnId({ recentTurns }: SessionState, turn: OpenTurn): OpenTurn {
  const isRepeated = recentTurns?.some(({ id }) => id === turn.id);
  return isRepeated ? { ...turn, id: `${turn.id}/${turn.index}` } : turn;
}

/** The finished turn, from what was read of it and what its conversation consists of. */
function turnOf(
  { session, options }: Finishing,
  { turn: draft, endMs, outcome, workedMs }: TurnItem,
  { requests, toolCalls, totals }: Pick<Turn, "requests" | "toolCalls" | "totals">,
): Turn {
  const { id, index, startMs, compactions, place } = draft;
  const turn: Turn = { id, index, startMs, endMs, outcome, requests, toolCalls, compactions, totals, place };
  if (draft.promptId !== undefined) turn.promptId = draft.promptId;
  if (draft.source !== undefined) turn.source = draft.source;
  const error = outcome === "failed" ? errorOf(draft) : undefined;
  if (error !== undefined) turn.error = error;
  if (draft.rewound !== undefined) turn.rewound = rewoundBy(session, draft.rewound);
  if (draft.afterClear !== undefined) turn.afterClear = draft.afterClear;
  if (draft.hooks !== undefined) turn.hooks = draft.hooks;
  if (draft.permissionMode !== undefined) turn.permissionMode = draft.permissionMode;
  const waitedMs = workedMs === undefined ? undefined : noteWaits(endMs - startMs, workedMs, toolCalls);
  if (waitedMs !== undefined) turn.waitedMs = waitedMs;
  const ofMode = options.assess === undefined ? [] : findingsOfMode(draft);
  const findings = [...ofMode, ...(draft.findings ?? [])];
  if (findings.length > 0) turn.findings = findings;
  if (draft.command !== undefined) turn.command = draft.command;
  if (draft.prompt !== undefined) turn.content = { prompt: draft.prompt };
  return turn;
}

/** The agents of a slash command that the turn waited for. Those that run in the background only get their home. */
function finishSkill({ session, options }: Finishing, draft: OpenTurn, home: AgentHome): Subagent[] {
  const agents = agentsOfSkill(session, draft);
  for (const agent of agents) if (agent.home === undefined) giveHome(session, agent, { ...home });
  if (agents.length === 0) expectAgentsOfSkill(session, draft, home);
  return agents.flatMap((agent) => {
    const isWaitedFor = !isBackground(undefined, agent) && draft.skill?.agentId === undefined;
    if (!isWaitedFor || agent.threads.length === 0 || homeOfNext(agent).turnId !== draft.id) return [];
    return [finishThread(session, agent, false, options)];
  });
}

function noteCache(main: MainState, requests: readonly LlmRequest[], options: SessionOptions): void {
  const left = markCacheMisses(requests, main.cacheLeft, options.appraise);
  if (left !== undefined) main.cacheLeft = left;
}

function errorOf({ thread, limit }: OpenTurn): ApiFailure | undefined {
  return thread.error ?? (limit === undefined ? undefined : { type: limit });
}

function addTurn(run: RunState, turn: Turn): void {
  const { requests, toolCalls, compactions } = turn;
  addCounts(run.totals, turn.totals);
  run.turns++;
  run.partTurns++;
  run.compactions += compactions.length;
  run.partSpans += 1 + requests.length + toolCalls.length + compactions.length;
  run.outcome = turn.outcome;
  if (turn.place.title !== undefined) run.title = turn.place.title;
  if (turn.place.slug !== undefined) run.slug = turn.place.slug;
  run.partEndMs = Math.max(run.partEndMs, turn.endMs);
}

/** Releases responses that arrived after their turn had ended. */
export function finishLate(finishing: Finishing, item: Extract<MainItem, { type: "late" }>): void {
  const { session, options, out } = finishing;
  const { thread } = item;
  const { place } = session.main;
  const turnId = isElsewhere(session, item.turnId) ? undefined : item.turnId;
  takeCopies(finishing, thread, thread.requests[0]?.startMs ?? 0);
  const first = thread.requests[0] ?? thread.toolCalls[0] ?? item.sidechains[0];
  const firstMs = first?.startMs ?? session.main.lastMs ?? 0;
  adoptSidechains(session, item.sidechains, thread.toolCalls);
  if (thread.requests.length === 0 && thread.toolCalls.length === 0) return;
  const lastMs = thread.lastMs ?? firstMs;
  // Late responses stay in the part of their turn, even when the part is full.
  const run = turnId === undefined ? openRun(finishing, { startMs: firstMs, place }) : session.run;
  if (run === undefined) return;
  startPart(finishing, run, lastMs);
  const home = homeIn(run, turnId, (thread.requests[0] ?? thread.toolCalls[0])?.key);
  const requests = thread.requests.map((request) => finishRequest(request, options));
  const toolCalls = assembleCalls(session, thread, lastMs, home, options);
  const totals = countsOfConversation(requests, toolCalls);
  addCounts(run.totals, totals);
  noteCost(session.cost, firstMs, clientUsdOf(totals));
  run.partSpans += requests.length + toolCalls.length;
  run.partEndMs = Math.max(run.partEndMs, endOf(toolCalls, lastMs));
  const turn = turnId === undefined ? {} : { turnId };
  out.push({ type: "late", part: run.part, ...turn, requests, toolCalls });
}

/** Whether another trace has the turn's span: that of a part or of a run before the current one. */
function isElsewhere({ recentTurns, run }: SessionState, turnId: string | undefined): boolean {
  const part = recentTurns?.find(({ id }) => id === turnId)?.part;
  return (
    part !== undefined && (run === undefined || part.run !== run.part.run || part.part !== run.part.part)
  );
}
