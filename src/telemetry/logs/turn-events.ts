import type { Compaction, HookRun, Turn } from "../../session/model.ts";
import { double, seconds } from "../attributes.ts";
import { hookCommand } from "../content/content.ts";
import type { ContentPolicy } from "../content/policy.ts";
import { CCOTEL } from "../semconv.ts";
import type { EventFacts } from "./event-facts.ts";
import { EVENTS, LOG } from "./names.ts";

/** Limits from the options of `claude -p`, by error type. */
const TURN_LIMITS = new Map([
  ["max_turns", "The limit of turns was reached"],
  ["max_budget_usd", "The budget was spent"],
]);

/** The event of a turn that a limit in `TURN_LIMITS` ended. Undefined for other turns. */
export function turnLimitEvent(turn: Turn): EventFacts | undefined {
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

/** The event of a turn that a person interrupted. Undefined for other turns. */
export function interruptEvent(turn: Turn): EventFacts | undefined {
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

/** The event of a compaction. */
export function compactionEvent(compaction: Compaction): EventFacts {
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

/**
 * The event of a hook that failed. Undefined for other hooks. `index`: its place among the hooks of the turn.
 */
export function hookFailureEvent(
  hook: HookRun,
  index: number,
  turn: Turn,
  content: ContentPolicy,
): EventFacts | undefined {
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
