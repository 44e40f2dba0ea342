import type { LlmRequest, RequestContent, ToolCall } from "../../session/model.ts";
import { MAX_VALUE_BYTES } from "../attributes.ts";
import { sayArguments } from "./arguments.ts";
import { fitJson, type Limits, shrink } from "./fit-json.ts";
import type { ContentPolicy } from "./policy.ts";
import { cutText, sayText } from "./text.ts";

/** A message in the form of the GenAI conventions' schemas (v1.41), not yet cut to size. */
export interface Message {
  role: "user" | "assistant" | "tool";
  parts: Part[];
  finish_reason?: string;
}

type Part =
  | { type: "text" | "reasoning"; content: string }
  | { type: "tool_call"; id: string; name: string; arguments: unknown }
  | { type: "tool_call_response"; id: string; response: string };

/** A prompt as a message, in the form in which it may be sent. */
export function userMessage(policy: ContentPolicy, prompt: string): Message {
  return { role: "user", parts: [{ type: "text", content: sayText(policy, prompt) }] };
}

/** The model's answer; undefined if the session model holds none. `only`: leaves out other kinds of blocks. */
export function answerMessage(
  policy: ContentPolicy,
  request: LlmRequest,
  only?: "text",
): Message | undefined {
  const blocks = (request.content?.output ?? []).filter(({ type }) => only === undefined || type === only);
  if (blocks.length === 0) return undefined;
  const parts = blocks.map((block) => partOf(policy, block));
  return { role: "assistant", parts, finish_reason: finishReason(request) };
}

/** The results of the calls, as one message to the model; undefined if there are none. */
export function resultsMessage(policy: ContentPolicy, calls: readonly ToolCall[]): Message | undefined {
  const parts = calls.flatMap(({ id, content }): Part[] => {
    if (content?.result === undefined) return [];
    return [{ type: "tool_call_response", id, response: sayText(policy, content.result, "result") }];
  });
  return parts.length === 0 ? undefined : { role: "tool", parts };
}

function partOf(policy: ContentPolicy, block: RequestContent["output"][number]): Part {
  if (block.type === "tool_call") {
    const { id, name, input } = block;
    return { type: "tool_call", id, name, arguments: sayArguments(policy, input) };
  }
  return { type: block.type, content: sayText(policy, block.text, block.type) };
}

/** Anthropic's stop reason in the words of the conventions. A missing reason is `error` there. */
function finishReason({ stopReason }: LlmRequest): string {
  return stopReason === undefined ? "error" : (FINISH_REASONS.get(stopReason) ?? stopReason);
}

const FINISH_REASONS = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_call"],
  ["refusal", "content_filter"],
]);

/** The messages as JSON text for an attribute, of at most `maxBytes` bytes. */
export function messagesJson(messages: readonly Message[], maxBytes = MAX_VALUE_BYTES): string {
  return fitJson((limits) => messages.map((message) => fitMessage(message, limits)), maxBytes);
}

function fitMessage({ role, parts, finish_reason }: Message, limits: Limits) {
  const kept = parts.slice(0, limits.items).map((part) => fitPart(part, limits));
  const rest = parts.length - kept.length;
  if (rest > 0 && limits.items > 0) kept.push({ type: "text", content: `[… ${rest} more parts]` });
  return {
    role,
    parts: kept,
    ...(finish_reason === undefined ? {} : { finish_reason: cutText(finish_reason, 64) }),
  };
}

/** No tool has a longer name or call id. */
const MAX_NAME_BYTES = 128;

function fitPart(part: Part, limits: Limits): Record<string, unknown> {
  const text = (value: string) => shrink(value, limits);
  const name = (value: string) => cutText(value, MAX_NAME_BYTES);
  switch (part.type) {
    case "tool_call": {
      const { type, arguments: input } = part;
      return { type, id: name(part.id), name: name(part.name), arguments: shrink(input, limits) };
    }
    case "tool_call_response":
      return { type: part.type, id: name(part.id), response: text(part.response) };
    default:
      return { type: part.type, content: text(part.content) };
  }
}
