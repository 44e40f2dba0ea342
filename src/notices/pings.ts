import { defined } from "../objects.ts";
import type { Finished, ToolCall } from "../session/model.ts";
import { walk } from "../session/walk.ts";
import type { Ping, PingEvent } from "./notice.ts";

interface PingContext {
  sessionId: string;
  /** Nothing that ended before this time, in epoch ms, sends a ping. */
  sinceMs: number;
  /** Hashes a path. On one machine, a path always has the same hash. */
  hashPath: (path: string) => string;
}

/** Returns the pings about finished pieces, in order of their end. */
export function pingsOf(
  pieces: readonly Finished[],
  events: readonly PingEvent[],
  { sessionId, sinceMs, hashPath }: PingContext,
): Ping[] {
  const pings: Ping[] = [];
  const add = (ping: Omit<Ping, "sessionId">) => {
    if (events.includes(ping.type) && ping.atMs >= sinceMs) pings.push({ sessionId, ...ping });
  };
  walk(pieces, {
    turn(turn, { place }) {
      const { totals, outcome, endMs, startMs, error } = turn;
      const said = defined({
        atMs: endMs,
        duration: (endMs - startMs) / 1000,
        outcome,
        project: place.project,
        turn: {
          index: turn.index,
          costUsd: totals.costUsd,
          requests: totals.requests,
          toolCalls: totals.toolCalls,
          outputTokens: totals.output,
        },
        error: error?.type,
      });
      add({ type: "turn", ...said });
      if (outcome === "failed") add({ type: "failure", ...said });
    },
    toolCall(call, { place, agent }) {
      const { outcome, startMs, endMs, unasked, denialKind } = call;
      const said = defined({
        atMs: endMs,
        duration: (endMs - startMs) / 1000,
        outcome,
        project: place.project,
        tool: toolOf(call, hashPath),
        error: unasked === true ? "unasked" : denialKind,
        agent: agent?.agentType,
      });
      add({ type: "tool", ...said });
      if (outcome === "error" || outcome === "denied") add({ type: "failure", ...said });
    },
  });
  return pings.toSorted((a, b) => a.atMs - b.atMs);
}

function toolOf(
  { name, id, details }: ToolCall,
  hashPath: (path: string) => string,
): NonNullable<Ping["tool"]> {
  const path = details?.filePath;
  return defined({ name, id, pathHash: path === undefined ? undefined : hashPath(path) });
}
