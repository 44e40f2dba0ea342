import type { ApiFailure, LlmRequest } from "../../session/model.ts";
import { apiFailure } from "../content/content.ts";
import { NO_CONTENT } from "../content/policy.ts";
import { providerOf } from "../provider-name.ts";
import { CCOTEL, GEN_AI, NATIVE, OTEL } from "../semconv.ts";
import type { TraceContext } from "../spans/trace-context.ts";
import type { EventFacts } from "./event-facts.ts";
import { EVENTS, LOG } from "./names.ts";

/** The event of a request that failed for good. Undefined for other requests. */
export function apiErrorEvent(
  request: LlmRequest,
  { content = NO_CONTENT }: TraceContext,
): EventFacts | undefined {
  const { error } = request;
  if (error === undefined) return undefined;
  const status = error.status === undefined ? "" : ` (${error.status})`;
  return {
    name: EVENTS.apiError,
    severity: "ERROR",
    body: `A request to the model failed: ${error.type}${status}`,
    atMs: request.endMs,
    attributes: {
      ...requestAttributes(request),
      [OTEL.errorType]: error.type,
      [OTEL.httpStatusCode]: error.status,
      [LOG.errorMessage]: apiFailure(error, content),
      [CCOTEL.attempts]: request.attempts,
    },
  };
}

/** The event of a request that the model refused to answer. Undefined for other requests. */
export function refusalEvent(request: LlmRequest): EventFacts | undefined {
  if (request.stopReason !== "refusal") return undefined;
  return {
    name: EVENTS.refusal,
    severity: "WARN",
    body: "The model refused to answer",
    atMs: request.endMs,
    attributes: { ...requestAttributes(request), [GEN_AI.finishReasons]: ["refusal"] },
  };
}

/** Limits of the answer, the model or the account, with the text of the record. */
const LIMITS = new Map([
  ["max_tokens", "The answer reached the limit of output tokens"],
  ["model_context_window_exceeded", "The context window is full"],
  ["rate_limit", "A rate or usage limit of the account was reached"],
]);

/** The event of a request that reached a limit in `LIMITS`. Undefined for other requests. */
export function requestLimitEvent(request: LlmRequest): EventFacts | undefined {
  const isRefused = request.error !== undefined && isRateLimit(request.error);
  const limit = isRefused ? "rate_limit" : request.stopReason;
  const body = LIMITS.get(limit ?? "");
  if (body === undefined) return undefined;
  return {
    name: EVENTS.limit,
    severity: "WARN",
    body,
    atMs: request.endMs,
    attributes: { ...requestAttributes(request), [LOG.limit]: limit },
  };
}

/** Whether a request failed at a limit of the account or subscription. */
function isRateLimit({ type, status }: ApiFailure): boolean {
  return status === 429 || type === "rate_limit" || type === "rate_limit_error";
}

function requestAttributes(request: LlmRequest) {
  return {
    [GEN_AI.providerName]: providerOf(request),
    [GEN_AI.requestModel]: request.requestedModel,
    [GEN_AI.responseModel]: request.responseModel,
    [NATIVE.requestId]: request.requestId,
  };
}
