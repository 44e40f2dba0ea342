import { errorOf, promptOf, UNASKED_WORDS } from "../failures/subject.ts";
import type { Compaction, HookRun, LlmRequest, Rewound, Subagent, ToolCall, Turn } from "../session/model.ts";
import { aboutCall, firstLine } from "./labels.ts";
import type { PageCall, PageCompaction, PageCostParts, PageLane, PageRequest, PageTurn } from "./model.ts";

/** Rows of the page's lists. `lane`, `turn`, `call` and `request` are indexes in these lists. */

/** `rewoundTo`: the first of the turns that this one removed, if the page has it. */
export function turnRow(turn: Turn, rewoundTo: number | undefined): PageTurn {
  const prompt = firstLine(promptOf(turn));
  return {
    id: turn.id,
    index: turn.index,
    startMs: turn.startMs,
    endMs: turn.endMs,
    outcome: turn.outcome,
    ...(turn.source === undefined ? {} : { source: turn.source.replaceAll("_", " ") }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(turn.error === undefined ? {} : { error: turn.error.type }),
    ...(turn.findings === undefined ? {} : { findings: turn.findings }),
    ...(turn.rewound === undefined ? {} : { rewound: rewoundOf(turn.rewound, rewoundTo) }),
    ...hookTime(turn.hooks ?? []),
  };
}

function rewoundOf({ turns }: Rewound, first: number | undefined): NonNullable<PageTurn["rewound"]> {
  return { turns, ...(first === undefined ? {} : { first }) };
}

/** Returns the time of hooks. Hooks around a tool call run within the call's time, the others outside. */
function hookTime(hooks: readonly HookRun[]): Pick<PageTurn, "hookMs"> {
  const hookMs = { calls: 0, others: 0 };
  for (const { event, durationMs = 0 } of hooks)
    hookMs[event.includes("ToolUse") ? "calls" : "others"] += durationMs;
  return hookMs.calls + hookMs.others === 0 ? {} : { hookMs };
}

/** The lane of an agent. `call`: the call that started it, if the page has it. */
export function laneRow(agent: Subagent, call: number | undefined): PageLane {
  return {
    agentId: agent.agentId,
    name: agent.agentType,
    ...(agent.description === undefined ? {} : { description: agent.description }),
    ...(agent.background ? { isBackground: true as const } : {}),
    ...(call === undefined ? {} : { call }),
    ...(agent.error === undefined ? {} : { error: agent.error.type }),
  };
}

export function compactionRow(
  { id, startMs, endMs, trigger, preTokens, postTokens }: Compaction,
  lane: number,
  turn: number | undefined,
): PageCompaction {
  return {
    id,
    lane,
    startMs,
    endMs,
    ...(turn === undefined ? {} : { turn }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(preTokens === undefined ? {} : { preTokens }),
    ...(postTokens === undefined ? {} : { postTokens }),
  };
}

/** `costParts`: the cost of each kind of token, if the price is known. */
export function requestRow(
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

/** `request`: the request that made the call, if the page has it. */
export function callRow(
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
      : (call.details?.error ?? (call.unasked === true ? UNASKED_WORDS : call.denialKind));
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
