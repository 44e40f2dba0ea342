import { text } from "../../transcript/fields.ts";
import { double } from "../attributes.ts";
import { GEN_AI, GEN_AI_USAGE_COST } from "../semconv.ts";
import type { Attributes, Span } from "../spans/span.ts";
import { costParts } from "./dialect-cost.ts";
import type { SpanRole, Speak } from "./speak.ts";

/**
 * OpenInference, for Phoenix and Arize AX. Both convert the standard names themselves and keep OpenInference attributes
 * that are set. So this adds only what they do not convert: the kind of other spans than requests, agents and tools,
 * the cost, and the values of the columns for input and output.
 */
export const openinference: Speak = (span, role) => ({
  "openinference.span.kind": KINDS[role],
  ...costOf(span),
  ...inputAndOutput(span.attributes, role),
});

const KINDS: Record<SpanRole, string> = { chat: "LLM", agent: "AGENT", tool: "TOOL", other: "CHAIN" };

function costOf(span: Span): Record<string, number | undefined> {
  const total = span.attributes[GEN_AI_USAGE_COST];
  if (typeof total !== "number") return {};
  const parts = costParts(span);
  return {
    "llm.cost.total": total,
    "llm.cost.prompt": double(parts?.input),
    "llm.cost.completion": double(parts?.output),
  };
}

const JSON_TYPE = "application/json";

function inputAndOutput(attributes: Attributes, role: SpanRole): Record<string, string | undefined> {
  if (role === "tool") {
    const input = text(attributes[GEN_AI.toolCallArguments]);
    return {
      "input.value": input,
      "input.mime_type": input && JSON_TYPE,
      "output.value": text(attributes[GEN_AI.toolCallResult]),
    };
  }
  const input = text(attributes[GEN_AI.inputMessages]);
  const output = text(attributes[GEN_AI.outputMessages]);
  if (role === "agent")
    return { "input.value": input && wordsOf(input), "output.value": output && wordsOf(output) };
  return {
    "input.value": input,
    "input.mime_type": input && JSON_TYPE,
    "output.value": output,
    "output.mime_type": output && JSON_TYPE,
  };
}

/** The text of the messages, which is easier to read in a list of traces than their JSON. */
function wordsOf(messages: string): string {
  const parsed = JSON.parse(messages) as { parts: { content?: unknown }[] }[];
  return parsed
    .flatMap(({ parts }) => parts)
    .flatMap(({ content }) => (typeof content === "string" ? [content] : []))
    .join("\n");
}
