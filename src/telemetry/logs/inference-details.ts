import type { LlmRequest } from "../../session/model.ts";
import { promptTokens } from "../../session/sums/usage.ts";
import { answerMessage, type Message, messagesJson } from "../content/messages.ts";
import type { ContentPolicy } from "../content/policy.ts";
import { providerOf } from "../provider-name.ts";
import { GEN_AI } from "../semconv.ts";
import type { LogEvent } from "./log-event.ts";
import { EVENTS } from "./names.ts";

/** Maximum size of a message in a log record, below the limits at which log backends cut or reject records. */
const MAX_MESSAGE_BYTES = 16_000;

/**
 * The GenAI conventions' event with a request's new message and the answer as structured values. Call it only at
 * content level `full`. `input`: the new message of the request, from `requestInputs`.
 */
export function inferenceDetails(request: LlmRequest, input: Message | undefined, policy: ContentPolicy) {
  const answer = answerMessage(policy, request);
  const structured: LogEvent["attributes"] = {};
  if (input !== undefined) structured[GEN_AI.inputMessages] = asValues(input);
  if (answer !== undefined) structured[GEN_AI.outputMessages] = asValues(answer);
  const isAnswered = request.error === undefined;
  return {
    name: EVENTS.inferenceDetails,
    severity: "INFO" as const,
    body: `chat ${request.requestedModel}`,
    atMs: request.endMs,
    attributes: {
      [GEN_AI.operationName]: "chat",
      [GEN_AI.providerName]: providerOf(request),
      [GEN_AI.requestModel]: request.requestedModel,
      [GEN_AI.responseModel]: request.responseModel,
      [GEN_AI.responseId]: request.id,
      [GEN_AI.finishReasons]: request.stopReason === undefined ? undefined : [request.stopReason],
      [GEN_AI.inputTokens]: isAnswered ? promptTokens(request.usage) : undefined,
      [GEN_AI.outputTokens]: isAnswered ? request.usage.output : undefined,
    },
    structured,
  };
}

/** A message as structured value, as the conventions require on events. It is cut to size like a span's attribute. */
function asValues(message: Message): LogEvent["attributes"][string] {
  return JSON.parse(messagesJson([message], MAX_MESSAGE_BYTES));
}
