import type { Compaction, HookRun, Turn } from "../../session/model.ts";
import { double, seconds } from "../attributes.ts";
import { hookCommand } from "../content/content.ts";
import type { ContentPolicy } from "../content/policy.ts";
import { CCOTEL } from "../semconv.ts";
import { EVENTS, LOG } from "./names.ts";
import type { Said } from "./said.ts";

/** Limits from the options of `claude -p`, by error type. */
const TURN_LIMITS = new Map([
  ["max_turns", "The limit of turns was reached"],
  ["max_budget_usd", "The budget was spent"],
]);

export function limitOfTurn(turn: Turn): Said | undefined {
  const body = turn.outcome === "failed" ? TURN_LIMITS.get(turn.error?.type ?? "") : undefined;
  if (body === undefined) return undefined;
  return {
    name: EVENTS.limit,
    severity: "WARN",
    body,
    atMs: turn.endMs,
    attributes: { [LOG.limit]: turn.error?.type, [CCOTEL.costUsd]: double(turn.totals.costUsd) },
  };
}

export function interruptOf(turn: Turn): Said | undefined {
  if (turn.outcome !== "interrupted") return undefined;
  return {
    name: EVENTS.interrupt,
    severity: "INFO",
    body: "A person interrupted the turn",
    atMs: turn.endMs,
    attributes: {
      [CCOTEL.turnIndex]: turn.index,
      [CCOTEL.turnSource]: turn.source,
      [LOG.turnDuration]: seconds(turn.endMs - turn.startMs),
    },
  };
}

export function compactionOf(compaction: Compaction): Said {
  return {
    name: EVENTS.compaction,
    severity: "INFO",
    body: "The conversation was compacted",
    atMs: compaction.endMs,
    attributes: {
      [CCOTEL.compactionTrigger]: compaction.trigger,
      [CCOTEL.compactionPreTokens]: compaction.preTokens,
      [CCOTEL.compactionPostTokens]: compaction.postTokens,
      [CCOTEL.compactionDroppedTokens]: compaction.droppedTokens,
    },
  };
}

/** Outcomes of hooks that are failures. Blocking is none: it is what the hook is for. */
const HOOK_FAILURES = new Map<HookRun["outcome"], string>([
  ["error", "A hook failed"],
  ["cancelled", "A hook was cancelled or ran out of time"],
]);

export function hookFailureOf(
  hook: HookRun,
  index: number,
  turn: Turn,
  content: ContentPolicy,
): Said | undefined {
  const body = HOOK_FAILURES.get(hook.outcome);
  if (body === undefined) return undefined;
  return {
    name: EVENTS.hookFailed,
    severity: "WARN",
    body: `${body}: ${hook.event}`,
    // The hook's record may come after the turn's last one, although it belongs to the turn.
    atMs: Math.min(hook.atMs ?? turn.endMs, turn.endMs),
    key: String(index),
    attributes: {
      [CCOTEL.hookEvent]: hook.event,
      [CCOTEL.hookOutcome]: hook.outcome,
      [LOG.hookDuration]: seconds(hook.durationMs),
      [LOG.hookCommand]: hookCommand(hook, content),
    },
  };
}
