import { CCOTEL } from "../semconv.ts";
import type { Speak } from "./speak.ts";

/**
 * Langfuse reads the standard names for kinds, models, tokens, cost, messages and sessions. It reads the time to the
 * first token only from its own attribute. It names a trace after its root span unless an attribute gives a name. A
 * trace that another process began keeps its name.
 *
 * Never add `gen_ai.usage.cache_write.input_tokens`: Langfuse would add it to the input, which already includes it.
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
