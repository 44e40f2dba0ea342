import { OTEL } from "../semconv.ts";
import type { SpanRole, Speak } from "./speak.ts";

/**
 * LangSmith groups runs into a thread by the `thread_id` in their metadata. `langsmith.trace.session_id` is not used,
 * because LangSmith calls a project a session.
 */
export const langsmith: Speak = (span, role) => {
  const sessionId = span.attributes[OTEL.sessionId];
  return {
    "langsmith.span.kind": KINDS[role],
    "langsmith.metadata.thread_id": typeof sessionId === "string" ? sessionId : undefined,
  };
};

const KINDS: Record<SpanRole, string> = { chat: "llm", agent: "chain", tool: "tool", other: "chain" };
