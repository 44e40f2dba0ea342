import { createHash } from "node:crypto";

/** What a span stands for; with its key it names the span within a session. */
export type SpanKey = "session" | "summary" | "turn" | "request" | "tool" | "subagent" | "compaction";

/** 32 hex digits from the session's id and what the trace is made of. The same data gives the same trace, always. */
export function traceIdOf(sessionId: string, ...parts: (string | number)[]): string {
  return notZero(digest("ccotel/trace", sessionId, ...parts).slice(0, 32));
}

/** 16 hex digits. Session-scoped, since backends want span ids that are unique over all traces. */
export function spanIdOf(sessionId: string, kind: SpanKey, key: string): string {
  return notZero(digest("ccotel/span", sessionId, kind, key).slice(0, 16));
}

/**
 * A tool call's span. Ids of calls repeat: a fork's file begins with its parent's call, and gateways number them anew. So
 * a subagent's calls are named within it, and what hangs below a call can never be above it.
 */
export function toolSpanIdOf(sessionId: string, agentId: string | undefined, toolUseId: string): string {
  return spanIdOf(sessionId, "tool", agentId === undefined ? toolUseId : `${agentId}/${toolUseId}`);
}

/** 16 hex digits that name a log record within its destination: of its name, its span and what tells it from others there. */
export function recordIdOf(sessionId: string, name: string, spanId: string, key: string): string {
  return digest("ccotel/log", sessionId, name, spanId, key).slice(0, 16);
}

function digest(...parts: (string | number)[]): string {
  return createHash("sha256").update(parts.join("\u0000")).digest("hex");
}

/** All zeros would be an invalid id. */
function notZero(id: string): string {
  return /^0+$/.test(id) ? `${id.slice(0, -1)}1` : id;
}
