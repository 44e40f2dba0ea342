import { CCOTEL } from "../semconv.ts";
import type { Speak } from "./speak.ts";

/**
 * Langfuse reads the standard names for kinds, models, tokens, cost, messages and sessions. It takes the time to the
 * first token from an attribute of its own only, and names a trace after its root unless it is told; a trace that began
 * elsewhere keeps its name.
 *
 * Never `gen_ai.usage.cache_write.input_tokens`: Langfuse would count it beside the input that already includes it.
 */
export const langfuse: Speak = ({ hints, attributes, parentSpanId }, role) => {
  const project = attributes[CCOTEL.project];
  const title = attributes[CCOTEL.title];
  return {
    "langfuse.observation.completion_start_time":
      role === "chat" && hints?.firstChunkMs !== undefined
        ? new Date(hints.firstChunkMs).toISOString()
        : undefined,
    "langfuse.trace.name":
      parentSpanId !== undefined
        ? undefined
        : typeof project === "string"
          ? `claude-code ${project}${typeof title === "string" ? `: ${title}` : ""}`
          : "claude-code",
  };
};
