import { OTEL } from "../semconv.ts";
import type { SpanRole, Speak } from "./speak.ts";

/**
 * LangSmith makes a thread of the runs that name the same one in their metadata. Not `langsmith.trace.session_id`: what
 * it calls a session there is a project.
 */
export const langsmith: Speak = (span, role) => {
  const sessionId = span.attributes[OTEL.sessionId];
  return {
    "langsmith.span.kind": KINDS[role],
    "langsmith.metadata.thread_id": typeof sessionId === "string" ? sessionId : undefined,
  };
};

const KINDS: Record<SpanRole, string> = { chat: "llm", agent: "chain", tool: "tool", other: "chain" };
