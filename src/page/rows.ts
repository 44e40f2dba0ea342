import { errorOf, promptOf, UNASKED_WORDS } from "../failures/subject.ts";
import { defined } from "../objects.ts";
import type { Compaction, HookRun, LlmRequest, Subagent, ToolCall, Turn } from "../session/model.ts";
import { aboutCall, firstLine } from "./labels.ts";
import type { PageCall, PageCompaction, PageCostParts, PageLane, PageRequest, PageTurn } from "./model.ts";

/** Rows of the page's lists. `lane`, `turn`, `call` and `request` are indexes in these lists. */

/** `rewoundTo`: the first of the turns that this one removed, if the page has it. */
export function turnRow(turn: Turn, rewoundTo: number | undefined): PageTurn {
  return defined({
    id: turn.id,
    index: turn.index,
    startMs: turn.startMs,
    endMs: turn.endMs,
    outcome: turn.outcome,
    source: turn.source?.replaceAll("_", " "),
    prompt: firstLine(promptOf(turn)),
    error: turn.error?.type,
    findings: turn.findings,
    rewound: turn.rewound && defined({ turns: turn.rewound.turns, first: rewoundTo }),
    hookMs: hookTime(turn.hooks ?? []),
  });
}

/** Returns the time of hooks. Hooks around a tool call run within the call's time, the others outside. */
function hookTime(hooks: readonly HookRun[]): PageTurn["hookMs"] | undefined {
  const hookMs = { calls: 0, others: 0 };
  for (const { event, durationMs = 0 } of hooks)
    hookMs[event.includes("ToolUse") ? "calls" : "others"] += durationMs;
  return hookMs.calls + hookMs.others === 0 ? undefined : hookMs;
}

/** The lane of an agent. `call`: the call that started it, if the page has it. */
export function laneRow(agent: Subagent, call: number | undefined): PageLane {
  return defined({
    agentId: agent.agentId,
    name: agent.agentType,
    description: agent.description,
    isBackground: agent.background ? (true as const) : undefined,
    call,
    error: agent.error?.type,
  });
}

export function compactionRow(
  { id, startMs, endMs, trigger, preTokens, postTokens }: Compaction,
  lane: number,
  turn: number | undefined,
): PageCompaction {
  return defined({ id, lane, startMs, endMs, turn, trigger, preTokens, postTokens });
}

/** `costParts`: the cost of each kind of token, if the price is known. */
export function requestRow(
  request: LlmRequest,
  lane: number,
  turn: number | undefined,
  costParts: PageCostParts | undefined,
): PageRequest {
  const { usage, error, badAnswer, retries, speed } = request;
  return defined({
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
    turn,
    firstChunkMs: request.firstChunkMs,
    firstBlockMs: request.firstBlockMs,
    stopReason: request.stopReason,
    costUsd: request.costUsd,
    costParts,
    contextRatio: request.contextUsedRatio,
    cacheMiss: request.cacheMiss,
    attempts: request.attempts,
    retries: retries.length > 0 ? retries.map(retryOf) : undefined,
    error: error && [error.type, error.status].filter(Boolean).join(" "),
    errorText: error?.message ?? badAnswer?.message,
    isAborted: request.aborted,
    isAdvisor: request.isAdvisor,
    isProvisional: request.provisional,
    speed: speed === "standard" ? undefined : speed,
  });
}

function retryOf({ atMs, status, errorType, delayMs }: LlmRequest["retries"][number]) {
  return defined({ atMs, status, error: errorType, delayMs });
}

/** `request`: the request that made the call, if the page has it. */
export function callRow(
  call: ToolCall,
  lane: number,
  turn: number | undefined,
  request: number | undefined,
): PageCall {
  const { findings = [] } = call;
  const error =
    call.outcome === "error"
      ? (errorOf(call.content?.result) ?? call.details?.error)
      : (call.details?.error ?? (call.unasked === true ? UNASKED_WORDS : call.denialKind));
  return defined({
    id: call.id,
    lane,
    name: call.name,
    startMs: call.startMs,
    endMs: call.endMs,
    outcome: call.outcome,
    turn,
    request,
    waitIncluded: call.waitIncluded,
    about: aboutCall(call),
    error,
    findings: findings.length === 0 ? undefined : findings,
  });
}
