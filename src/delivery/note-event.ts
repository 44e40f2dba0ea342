import type { HookEvent } from "../hook/inbox.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import { parseTraceparent } from "../telemetry/spans/trace-context.ts";

/** Limits of what is kept. Each entry has about 100 bytes. */
const MAX_INTERACTIONS = 32;
const MAX_STARTS = 32;

/**
 * Records in `facts` what only a hook knows: Claude Code's process, the trace context that the process was started in,
 * and the native span of a turn. Returns whether anything changed.
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
 * SessionStart gets the context that the process inherited, whatever Claude Code itself propagates later. Interactive
 * sessions ignore that context, as Claude Code does (seen with 2.1.329).
 */
function noteStart(facts: HookFacts, event: HookEvent): void {
  if (facts.starts.some(({ atMs }) => atMs === event.atMs)) return;
  const inbound =
    event.env.CLAUDE_CODE_ENTRYPOINT === "cli" ? undefined : parseTraceparent(event.env.TRACEPARENT);
  const start = { atMs: event.atMs, traceparent: event.env.TRACEPARENT ?? "" };
  facts.starts = [...facts.starts, inbound === undefined ? start : { ...start, inbound }].slice(-MAX_STARTS);
}

/**
 * With propagation on, the context of a Stop hook is the turn's native interaction span. With propagation off, it is
 * the context that the process inherited. So the context is known to be Claude Code's own only if SessionStart got
 * another one.
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
