import type { HookEvent } from "../hook/inbox.ts";
import type { SavedSession } from "../state/session-store.ts";
import { parseTraceparent } from "../telemetry/spans/trace-context.ts";

/** Bounds of what is kept; each entry is a hundred bytes. */
const MAX_INTERACTIONS = 32;
const MAX_STARTS = 32;

/**
 * Keeps what only a hook knows: the client's process, the trace context that the process was started in, and the native
 * span of a turn. Returns whether anything was new.
 */
export function noteHookFacts(saved: SavedSession, event: HookEvent): boolean {
  const before = factsOf(saved);
  saved.hookSeen = true;
  saved.path = event.transcriptPath;
  const pid = Number(event.env.CLAUDE_PID);
  if (Number.isInteger(pid) && pid > 0) saved.pid = pid;
  if (event.name === "SessionStart") noteStart(saved, event);
  if (event.name === "Stop") noteStop(saved, event);
  return factsOf(saved) !== before;
}

function factsOf({ hookSeen, path, pid, starts, interactions }: SavedSession): string {
  return JSON.stringify([hookSeen, path, pid, starts, interactions]);
}

/**
 * SessionStart sees the context that the process inherited, whatever the client itself propagates later. Interactive
 * sessions ignore it, as Claude Code does (hooks reference §5).
 */
function noteStart(saved: SavedSession, event: HookEvent): void {
  if (saved.starts.some(({ atMs }) => atMs === event.atMs)) return;
  const inbound =
    event.env.CLAUDE_CODE_ENTRYPOINT === "cli" ? undefined : parseTraceparent(event.env.TRACEPARENT);
  const start = { atMs: event.atMs, traceparent: event.env.TRACEPARENT ?? "" };
  saved.starts = [...saved.starts, inbound === undefined ? start : { ...start, inbound }].slice(-MAX_STARTS);
}

/**
 * With propagation on, a Stop hook's context is the turn's native interaction span; with it off, it is whatever the
 * process inherited. It provably is the client's own only where SessionStart saw another one.
 */
function noteStop(saved: SavedSession, event: HookEvent): void {
  const start = saved.starts.findLast(({ atMs }) => atMs <= event.atMs);
  const context = parseTraceparent(event.env.TRACEPARENT);
  if (start === undefined || context === undefined || event.promptId === undefined) return;
  if (saved.read.session.main.endedPrompts.includes(event.promptId)) return;
  if (event.env.TRACEPARENT === start.traceparent) return;
  saved.interactions[event.promptId] = context;
  const promptIds = Object.keys(saved.interactions);
  for (const promptId of promptIds.slice(0, -MAX_INTERACTIONS)) delete saved.interactions[promptId];
}
