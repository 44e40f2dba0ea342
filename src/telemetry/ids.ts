import { sha256 } from "../sha256.ts";

/** Kind of a span. Kind and key identify the span within a session. */
type SpanKey = "session" | "summary" | "turn" | "request" | "tool" | "subagent" | "compaction";

/** A trace id, 32 hex digits: a hash of the session's id and the parts. The same input always gives the same id. */
export function traceIdOf(sessionId: string, ...parts: (string | number)[]): string {
  return notZero(digest("ccotel/trace", sessionId, ...parts).slice(0, 32));
}

/** A span id, 16 hex digits. The session's id is part of it, because backends need span ids unique over all traces. */
export function spanIdOf(sessionId: string, kind: SpanKey, key: string): string {
  return notZero(digest("ccotel/span", sessionId, kind, key).slice(0, 16));
}

/**
 * The span id of a tool call. Call ids repeat: a fork's file begins with its parent's call, and gateways number calls
 * from the start again. So the id of a subagent's call includes the agent's id. A span can then never be its own
 * ancestor.
 */
export function toolSpanIdOf(sessionId: string, agentId: string | undefined, toolUseId: string): string {
  return spanIdOf(sessionId, "tool", agentId === undefined ? toolUseId : `${agentId}/${toolUseId}`);
}

/**
 * The id of a log record, 16 hex digits: a hash of its session, name, span and key. `key` distinguishes records of one
 * name and span.
 */
export function recordIdOf(sessionId: string, name: string, spanId: string, key: string): string {
  return digest("ccotel/log", sessionId, name, spanId, key).slice(0, 16);
}

function digest(...parts: (string | number)[]): string {
  return sha256(parts.join("\u0000"));
}

/** An id of all zeros is invalid in OpenTelemetry. */
function notZero(id: string): string {
  return /^0+$/.test(id) ? `${id.slice(0, -1)}1` : id;
}
