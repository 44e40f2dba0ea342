import type {
  Compaction,
  Finished,
  LlmRequest,
  RunPart,
  Subagent,
  ToolCall,
  Turn,
} from "../session/model.ts";
import { LISTS, type ListName, type PageCostParts, type PageSession } from "./model.ts";
import { callRow, compactionRow, laneRow, requestRow, turnRow } from "./rows.ts";

export type Lengths = Record<ListName, number>;

/** A state of the page, to which `takeBack` can return. */
interface Mark {
  lengths: Lengths;
  hiddenUsd: number | undefined;
  agentRuns: number;
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
    agentRuns: 0,
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
    page.turns.push(turnRow(turn, turnIndex(turn.rewound?.first?.id)));
    addConversation(turn, 0, at);
    for (const compaction of turn.compactions) addCompaction(compaction, 0, at);
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
        page.requests.push(requestRow(one, lane, turn, costParts(one)));
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
    page.agentRuns++;
    if (lane === page.lanes.length) {
      laneOf.set(agent.agentId, lane);
      page.lanes.push(laneRow(agent, call));
    }
    for (const compaction of agent.compactions ?? []) addCompaction(compaction, lane, turn);
    addConversation(agent, lane, turn);
    return lane;
  }

  function addCompaction(compaction: Compaction, lane: number, turn: number | undefined): void {
    page.compactions.push(compactionRow(compaction, lane, turn));
  }

  return {
    page,
    add(pieces) {
      for (const piece of pieces) addPiece(piece);
    },
    mark: () => ({
      lengths: Object.fromEntries(LISTS.map((list) => [list, page[list].length])) as Lengths,
      hiddenUsd: page.hiddenUsd,
      agentRuns: page.agentRuns,
    }),
    takeBack({ lengths: to, hiddenUsd, agentRuns }) {
      page.agentRuns = agentRuns;
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

function describePlace(page: PageSession, place: Turn["place"]): void {
  if (place.project !== undefined) page.project = place.project;
  if (place.title !== undefined) page.title = place.title;
  if (place.branch !== undefined) page.branch = place.branch;
  if (place.clientVersion !== undefined) page.clientVersion = place.clientVersion;
}
