import type { HookEvent } from "../hook/inbox.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import { parseTraceparent } from "../telemetry/spans/trace-context.ts";

/** Bounds of what is kept; each entry is a hundred bytes. */
const MAX_INTERACTIONS = 32;
const MAX_STARTS = 32;

/**
 * Keeps what only a hook knows: the client's process, the trace context that the process was started in, and the native
 * span of a turn. Returns whether anything was new.
 */
export function noteEvent(facts: HookFacts, event: HookEvent): boolean {
  const before = factsOf(facts);
  facts.hookSeen = true;
  facts.path = event.transcriptPath;
  const pid = Number(event.env.CLAUDE_PID);
  if (Number.isInteger(pid) && pid > 0) facts.pid = pid;
  if (event.name === "SessionStart") noteStart(facts, event);
  if (event.name === "Stop") noteStop(facts, event);
  return factsOf(facts) !== before;
}

function factsOf({ hookSeen, path, pid, starts, interactions }: HookFacts): string {
  return JSON.stringify([hookSeen, path, pid, starts, interactions]);
}

/**
 * SessionStart sees the context that the process inherited, whatever the client itself propagates later. Interactive
 * sessions ignore it, as Claude Code does (hooks reference §5).
 */
function noteStart(facts: HookFacts, event: HookEvent): void {
  if (facts.starts.some(({ atMs }) => atMs === event.atMs)) return;
  const inbound =
    event.env.CLAUDE_CODE_ENTRYPOINT === "cli" ? undefined : parseTraceparent(event.env.TRACEPARENT);
  const start = { atMs: event.atMs, traceparent: event.env.TRACEPARENT ?? "" };
  facts.starts = [...facts.starts, inbound === undefined ? start : { ...start, inbound }].slice(-MAX_STARTS);
}

/**
 * With propagation on, a Stop hook's context is the turn's native interaction span; with it off, it is whatever the
 * process inherited. It provably is the client's own only where SessionStart saw another one.
 */
function noteStop(facts: HookFacts, event: HookEvent): void {
  const start = facts.starts.findLast(({ atMs }) => atMs <= event.atMs);
  const context = parseTraceparent(event.env.TRACEPARENT);
  if (start === undefined || context === undefined || event.promptId === undefined) return;
  if (event.env.TRACEPARENT === start.traceparent) return;
  facts.interactions[event.promptId] = context;
  const promptIds = Object.keys(facts.interactions);
  for (const promptId of promptIds.slice(0, -MAX_INTERACTIONS)) delete facts.interactions[promptId];
}
