import { dict } from "../dict.ts";
import { transcriptAt } from "../files/moved-transcript.ts";
import type { HookEvent } from "../hook/inbox.ts";
import type { Home } from "../state/home.ts";
import type { HookFacts } from "../state/position/hook-facts.ts";
import { hasStatusLine, readStatusLine } from "../state/statusline.ts";
import { parseTraceparent } from "../telemetry/spans/trace-context.ts";
import { saidInTurn } from "../telemetry/status-line.ts";

/** Limits of what is kept. Each entry has about 100 bytes. */
const MAX_INTERACTIONS = 32;
const MAX_STARTS = 32;
const MAX_TURNS_SAID = 100;

/** Claude Code draws the status line 300 ms after the last change, which is the end of the turn (seen with 2.1.332). */
const DRAWN_WITHIN_MS = 700;

/**
 * Records in `facts` what only a hook knows: Claude Code's process, the trace context that the process was started in,
 * the native span of a turn, and what the status line received in it. With `nowMs`, that may still be awaited
 * (`awaitsStatusLine`): then call it again. Returns whether anything changed.
 */
export function noteEvent(
  facts: HookFacts,
  event: HookEvent,
  home: Home,
  nowMs = Number.POSITIVE_INFINITY,
): boolean {
  const before = factsOf(facts);
  facts.hookSeen = true;
  facts.path = transcriptAt(event.transcriptPath);
  const pid = Number(event.env.CLAUDE_PID);
  if (Number.isInteger(pid) && pid > 0) facts.pid = pid;
  if (event.name === "SessionStart") noteStart(facts, event);
  if (event.name === "Stop") {
    noteStop(facts, event);
    noteSaid(facts, event, home, nowMs);
  }
  return factsOf(facts) !== before;
}

function factsOf({ hookSeen, path, pid, starts, interactions, saidInTurns }: HookFacts): string {
  return JSON.stringify([hookSeen, path, pid, starts, interactions, saidInTurns]);
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

/**
 * Records what the status line received last in the turn, once it has been drawn after the Stop, or no longer need be
 * waited for. It is noted once for each turn, even if it is nothing: the file is overwritten later, and a span that is
 * made again must have the same attributes. Without a status line of ccotel's, this is one look for a file.
 */
function noteSaid(facts: HookFacts, event: HookEvent, home: Home, nowMs: number): void {
  const { sessionId, promptId, atMs } = event;
  if (promptId === undefined || facts.saidInTurns?.[promptId] !== undefined) return;
  const line = readStatusLine(home, sessionId);
  if (line === undefined) return;
  const last = saidInTurn(line.raw, line.atMs);
  const isOfTurn = last?.promptId === promptId;
  if (isInTime(event, nowMs) && !(isOfTurn && line.atMs >= atMs)) return;
  facts.saidInTurns ??= dict();
  facts.saidInTurns[promptId] = isOfTurn ? last.said : { atMs };
  const promptIds = Object.keys(facts.saidInTurns);
  for (const old of promptIds.slice(0, -MAX_TURNS_SAID)) delete facts.saidInTurns[old];
}

/** Whether the status line is about to be drawn for the end of this turn, so that its span should wait. */
export function awaitsStatusLine(facts: HookFacts, event: HookEvent, home: Home, nowMs: number): boolean {
  const { name, promptId, sessionId } = event;
  if (name !== "Stop" || promptId === undefined || !isInTime(event, nowMs)) return false;
  return facts.saidInTurns?.[promptId] === undefined && hasStatusLine(home, sessionId);
}

function isInTime({ atMs }: HookEvent, nowMs: number): boolean {
  return nowMs >= atMs && nowMs < atMs + DRAWN_WITHIN_MS;
}
