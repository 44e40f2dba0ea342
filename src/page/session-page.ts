import { errorOf } from "../failures/subject.ts";
import type {
  Compaction,
  Finished,
  HookRun,
  LlmRequest,
  Rewound,
  RunPart,
  Subagent,
  ToolCall,
  Turn,
} from "../session/model.ts";
import { aboutCall, firstLine } from "./labels.ts";
import {
  LISTS,
  type ListName,
  type PageCall,
  type PageCostParts,
  type PageRequest,
  type PageSession,
  type PageTurn,
} from "./model.ts";

export type Lengths = Record<ListName, number>;

/** A state of the page, to which `takeBack` can return. */
interface Mark {
  lengths: Lengths;
  hiddenUsd: number | undefined;
}

/** Returns the cost of each kind of token of a request. The builder needs it in addition to the session. */
export type CostParts = (request: LlmRequest) => PageCostParts | undefined;

/** Turns a session's finished pieces into the data of the page. */
interface PageBuilder {
  readonly page: PageSession;
  add(pieces: readonly Finished[]): void;
  mark(): Mark;
  /** Removes what was added since the mark: provisional pieces of an open turn. */
  takeBack(to: Mark): void;
}

/** `costParts`: see `pricing/cost-parts.ts`. */
export function createPageBuilder(sessionId: string, costParts: CostParts): PageBuilder {
  const page: PageSession = {
    id: sessionId,
    runs: [],
    lanes: [{ agentId: "", name: "claude-code" }],
    turns: [],
    requests: [],
    calls: [],
    compactions: [],
  };
  let laneOf = new Map<string, number>();
  let turnOf = new Map<string, number>();
  let callOf = new Map<string, number>();

  function addPiece(piece: Finished): void {
    switch (piece.type) {
      case "part_started":
        return addPart(piece.part);
      case "turn":
        describePlace(page, piece.turn.place);
        return addTurn(piece.turn);
      case "late":
        return addConversation(piece, 0, turnIndex(piece.turnId));
      case "compaction":
        return addCompaction(piece.compaction, 0, undefined);
      case "subagent":
        addAgent(piece.subagent, turnIndex(piece.turnId));
        return;
      case "run_finished":
        if (piece.summary.hiddenUsd !== undefined)
          page.hiddenUsd = (page.hiddenUsd ?? 0) + piece.summary.hiddenUsd;
        return;
      case "part_finished":
        return;
    }
  }

  function addPart({ run, startMs, place, forkedFrom, afterClear }: RunPart): void {
    describePlace(page, place);
    if (forkedFrom !== undefined) page.forkedFrom = forkedFrom;
    if (afterClear?.sessionId !== undefined) page.clearedFrom = afterClear.sessionId;
    // A long run arrives in several parts.
    if (page.runs.length > run) return;
    const { clientVersion } = place;
    page.runs.push({ startMs, ...(clientVersion === undefined ? {} : { clientVersion }) });
  }

  function turnIndex(id: string | undefined): number | undefined {
    return id === undefined ? undefined : turnOf.get(id);
  }

  function addTurn(turn: Turn): void {
    const at = page.turns.length;
    turnOf.set(turn.id, at);
    const prompt = turn.command === undefined ? firstLine(turn.content?.prompt) : `/${turn.command}`;
    page.turns.push({
      id: turn.id,
      index: turn.index,
      startMs: turn.startMs,
      endMs: turn.endMs,
      outcome: turn.outcome,
      ...(turn.source === undefined ? {} : { source: turn.source }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(turn.error === undefined ? {} : { error: turn.error.type }),
      ...(turn.findings === undefined ? {} : { findings: turn.findings }),
      ...(turn.rewound === undefined ? {} : { rewound: rewoundOf(turn.rewound) }),
      ...hookTime(turn.hooks ?? []),
    });
    addConversation(turn, 0, at);
    for (const compaction of turn.compactions) addCompaction(compaction, 0, at);
  }

  function rewoundOf({ turns, first }: Rewound): NonNullable<PageTurn["rewound"]> {
    const index = turnIndex(first?.id);
    return { turns, ...(index === undefined ? {} : { first: index }) };
  }

  function addConversation(
    { requests, toolCalls }: { requests: readonly LlmRequest[]; toolCalls: readonly ToolCall[] },
    lane: number,
    turn: number | undefined,
  ): void {
    const madeBy = new Map<string, number>();
    for (const request of requests) {
      for (const block of request.content?.output ?? [])
        if (block.type === "tool_call") madeBy.set(block.id, page.requests.length);
      for (const one of [request, ...(request.advisors ?? [])])
        page.requests.push(requestOf(one, lane, turn, costParts(one)));
    }
    for (const call of toolCalls) addCall(call, lane, turn, madeBy.get(call.id));
  }

  function addCall(
    call: ToolCall,
    lane: number,
    turn: number | undefined,
    request: number | undefined,
  ): void {
    const at = page.calls.length;
    callOf.set(call.key, at);
    const row = callRow(call, lane, turn, request);
    page.calls.push(row);
    if (call.subagent !== undefined) row.starts = addAgent(call.subagent, turn, at);
  }

  function addAgent(agent: Subagent, turn: number | undefined, by?: number): number {
    const call = by ?? (agent.callKey === undefined ? undefined : callOf.get(agent.callKey));
    const lane = laneOf.get(agent.agentId) ?? page.lanes.length;
    if (lane === page.lanes.length) {
      laneOf.set(agent.agentId, lane);
      page.lanes.push({
        agentId: agent.agentId,
        name: agent.agentType,
        ...(agent.description === undefined ? {} : { description: agent.description }),
        ...(agent.background ? { isBackground: true as const } : {}),
        ...(call === undefined ? {} : { call }),
        ...(agent.error === undefined ? {} : { error: agent.error.type }),
      });
    }
    for (const compaction of agent.compactions ?? []) addCompaction(compaction, lane, turn);
    addConversation(agent, lane, turn);
    return lane;
  }

  function addCompaction(compaction: Compaction, lane: number, turn: number | undefined): void {
    const { id, startMs, endMs, trigger, preTokens, postTokens } = compaction;
    page.compactions.push({
      id,
      lane,
      startMs,
      endMs,
      ...(turn === undefined ? {} : { turn }),
      ...(trigger === undefined ? {} : { trigger }),
      ...(preTokens === undefined ? {} : { preTokens }),
      ...(postTokens === undefined ? {} : { postTokens }),
    });
  }

  return {
    page,
    add(pieces) {
      for (const piece of pieces) addPiece(piece);
    },
    mark: () => ({
      lengths: Object.fromEntries(LISTS.map((list) => [list, page[list].length])) as Lengths,
      hiddenUsd: page.hiddenUsd,
    }),
    takeBack({ lengths: to, hiddenUsd }) {
      for (const list of LISTS) page[list].length = to[list];
      if (hiddenUsd === undefined) delete page.hiddenUsd;
      else page.hiddenUsd = hiddenUsd;
      const below = (map: Map<string, number>, length: number) =>
        new Map([...map].filter(([, index]) => index < length));
      laneOf = below(laneOf, to.lanes);
      turnOf = below(turnOf, to.turns);
      callOf = below(callOf, to.calls);
    },
  };
}

/** Returns the time of hooks. Hooks around a tool call run within the call's time, the others outside. */
function hookTime(hooks: readonly HookRun[]): Pick<PageTurn, "hookMs"> {
  const hookMs = { calls: 0, others: 0 };
  for (const { event, durationMs = 0 } of hooks)
    hookMs[event.includes("ToolUse") ? "calls" : "others"] += durationMs;
  return hookMs.calls + hookMs.others === 0 ? {} : { hookMs };
}

function describePlace(page: PageSession, place: Turn["place"]): void {
  if (place.project !== undefined) page.project = place.project;
  if (place.title !== undefined) page.title = place.title;
  if (place.branch !== undefined) page.branch = place.branch;
  if (place.clientVersion !== undefined) page.clientVersion = place.clientVersion;
}

function requestOf(
  request: LlmRequest,
  lane: number,
  turn: number | undefined,
  costParts: PageCostParts | undefined,
): PageRequest {
  const { usage, error } = request;
  const row: PageRequest = {
    id: request.id ?? request.key,
    lane,
    model: request.responseModel ?? request.requestedModel,
    startMs: request.startMs,
    endMs: request.endMs,
    tokens: {
      input: usage.input,
      output: usage.output,
      cacheRead: usage.cacheRead,
      cacheWrite: usage.cacheWrite5m + usage.cacheWrite1h,
      reasoning: usage.reasoning,
    },
  };
  if (turn !== undefined) row.turn = turn;
  if (request.firstChunkMs !== undefined) row.firstChunkMs = request.firstChunkMs;
  if (request.firstBlockMs !== undefined) row.firstBlockMs = request.firstBlockMs;
  if (request.stopReason !== undefined) row.stopReason = request.stopReason;
  if (request.costUsd !== undefined) row.costUsd = request.costUsd;
  if (costParts !== undefined) row.costParts = costParts;
  if (request.contextUsedRatio !== undefined) row.contextRatio = request.contextUsedRatio;
  if (request.cacheMiss !== undefined) row.cacheMiss = request.cacheMiss;
  if (request.attempts !== undefined) row.attempts = request.attempts;
  if (request.retries.length > 0) row.retries = request.retries.map(retryOf);
  if (error !== undefined) row.error = [error.type, error.status].filter(Boolean).join(" ");
  if (error?.message !== undefined) row.errorText = error.message;
  if (request.aborted) row.isAborted = true;
  if (request.isAdvisor) row.isAdvisor = true;
  if (request.provisional) row.isProvisional = true;
  if (request.speed !== undefined && request.speed !== "standard") row.speed = request.speed;
  return row;
}

function retryOf({ atMs, status, errorType, delayMs }: LlmRequest["retries"][number]) {
  return {
    atMs,
    ...(status === undefined ? {} : { status }),
    ...(errorType === undefined ? {} : { error: errorType }),
    ...(delayMs === undefined ? {} : { delayMs }),
  };
}

function callRow(
  call: ToolCall,
  lane: number,
  turn: number | undefined,
  request: number | undefined,
): PageCall {
  const about = aboutCall(call);
  const { findings = [] } = call;
  const error =
    call.outcome === "error"
      ? (errorOf(call.content?.result) ?? call.details?.error)
      : (call.details?.error ?? call.denialKind);
  return {
    id: call.id,
    lane,
    name: call.name,
    startMs: call.startMs,
    endMs: call.endMs,
    outcome: call.outcome,
    ...(turn === undefined ? {} : { turn }),
    ...(request === undefined ? {} : { request }),
    ...(call.waitIncluded === undefined ? {} : { waitIncluded: call.waitIncluded }),
    ...(about === undefined ? {} : { about }),
    ...(error === undefined ? {} : { error }),
    ...(findings.length === 0 ? {} : { findings }),
  };
}
