import type { ContentLevel } from "../../choices.ts";
import { roomy } from "../../objects.ts";
import { isProvisional } from "../../transcript/provisional-usage.ts";
import type { AssistantRecord } from "../../transcript/record.ts";
import type { Usage } from "../amounts.ts";
import type { ApiFailure, LlmRequest, RequestContent } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import { noUsage, promptTokens, usageOf } from "../sums/usage.ts";
import { advisorOf, advisorsOf, noteAdvice } from "./advisors.ts";
import { keptInput, keptText } from "./content-limits.ts";
import { noteBlockIndex, setFirstBlock } from "./first-block.ts";
import { failedAttempts } from "./retries.ts";
import type { Attempt, RequestDraft, ThreadState } from "./thread.ts";
import { errorLine } from "./tool-details.ts";

/** Starts a request at the first line of its response. It takes the open attempts and retries of the conversation. */
export function openRequest(record: AssistantRecord, thread: ThreadState): RequestDraft {
  const attempts = takeAttempts(thread, record);
  const retries = failedAttempts(attempts, thread.retries.splice(0));
  const atMs = record.atMs ?? 0;
  const first = attempts[0];
  const final = attempts.at(-1);
  const draft: RequestDraft = {
    key: keyOf(record),
    lines: { messageId: record.messageId },
    requestedModel: record.requestedModel ?? final?.model ?? record.model,
    startMs: Math.min(first?.atMs ?? thread.lastMs ?? atMs, atMs),
    endMs: atMs,
    usage: noUsage(),
    retries,
  };
  if (record.copiedFrom !== undefined) draft.copiedFrom = record.copiedFrom;
  if (record.messageId !== "" && !record.isApiError) draft.id = record.messageId;
  if (record.requestId !== undefined) draft.requestId = record.requestId;
  if (record.version !== undefined) draft.clientVersion = record.version;
  if (record.isApiError) {
    if (final !== first) draft.lines.final = final;
  } else {
    draft.responseModel = record.model;
    setFirstBlock(draft, record, final?.atMs, thread.lastMs);
  }
  if (attempts.length > 0) draft.attempts = attempts.length;
  if (record.isApiError && record.requestedModel === undefined && final?.model === undefined) {
    // The model of an error text is "<synthetic>". The request gets the model of the last successful request of the
    // conversation, if any.
    draft.requestedModel =
      thread.requests.findLast((known) => known.error === undefined)?.requestedModel ?? "unknown";
  }
  return draft;
}

/** The API's id. If it is missing or not unique, the row's own id is added. */
function keyOf({ messageId, uuid, isApiError, isUsedId }: AssistantRecord): string {
  if (isApiError) return uuid;
  return messageId === "" || isUsedId ? `${messageId} ${uuid}` : messageId;
}

/** The attempts up to the one that was answered. Without a reference (errors, old clients), all open attempts. */
function takeAttempts(thread: ThreadState, { requestRef }: AssistantRecord): Attempt[] {
  const index =
    requestRef === undefined ? -1 : thread.attempts.findIndex((attempt) => attempt.id === requestRef);
  if (requestRef !== undefined && index === -1) return takeBack(thread.requests.at(-1), requestRef);
  return thread.attempts.splice(0, index === -1 ? thread.attempts.length : index + 1);
}

/**
 * The last attempt of a failed request, if it is this one. The client may send the next request, for example without
 * an image that the API rejected, before it writes that the one before has failed.
 */
function takeBack(failed: RequestDraft | undefined, requestRef: string): Attempt[] {
  const final = failed?.lines.final;
  if (failed?.attempts === undefined || final?.id !== requestRef) return [];
  failed.lines.final = undefined;
  failed.attempts--;
  failed.retries = failed.retries.filter(({ atMs }) => atMs !== final.atMs);
  return [final];
}

/** Adds one line of the response. */
export function addBlock(draft: RequestDraft, record: AssistantRecord, content: ContentLevel): void {
  if (record.requestRef !== undefined) draft.lines.requestRef = record.requestRef;
  if (record.blockIndex !== undefined) noteBlockIndex(draft, record, record.blockIndex);
  draft.lines.isInterrupted = undefined;
  draft.endMs = Math.max(draft.endMs, record.atMs ?? draft.endMs);
  if (record.stopReason !== undefined && !record.isApiError) draft.stopReason = record.stopReason;
  if (record.effort !== undefined) draft.effort = record.effort;
  if (record.attribution !== undefined) draft.attribution = record.attribution;
  if (record.isAborted) draft.aborted = true;
  if (record.isApiError) draft.error = apiFailureOf(record, content);
  else addUsageLine(draft, record);
  noteAdvice(draft, record);
  if (content === "full" && !record.isApiError) {
    draft.content ??= { output: [] };
    draft.content.output.push(...record.blocks.flatMap(contentOf));
  }
}

/** What the client writes about an error of the API. */
export function apiFailureOf(record: AssistantRecord, content: ContentLevel): ApiFailure {
  const failure: ApiFailure = { type: record.apiErrorType ?? record.error ?? "unknown" };
  if (record.apiErrorStatus !== undefined) failure.status = record.apiErrorStatus;
  if (content === "none") return failure;
  const text = record.blocks.map((block) => (block.type === "text" ? block.text : "")).join("\n");
  const message = errorLine(text);
  if (message !== undefined) failure.message = message;
  return failure;
}

/** Takes over the usage of a line of the response that was written again. */
export function reviseUsage(draft: RequestDraft, record: AssistantRecord): void {
  if (record.stopReason !== undefined) draft.stopReason = record.stopReason;
  addUsageLine(draft, record);
}

/**
 * Clients up to 2.0 write a provisional usage on all lines but the last ones. Only the last usage counts. When another
 * model took over within the response, its lines have other prompt sizes, and the usage of the model that wrote
 * more counts.
 */
function addUsageLine(draft: RequestDraft, record: AssistantRecord): void {
  const { speed, inferenceGeo } = record.usage;
  if (draft.responseModel !== undefined && record.model !== draft.responseModel) {
    if (record.usage.output <= draft.usage.output) return;
    if (record.requestedModel !== undefined) draft.requestedModel = record.requestedModel;
    else if (draft.requestedModel === draft.responseModel) draft.requestedModel = record.model;
    draft.responseModel = record.model;
  } else if (isEarlier(record.usage, draft.usage)) return;
  draft.usage = usageOf(record.usage);
  if (speed !== undefined) draft.speed = speed;
  if (inferenceGeo !== undefined) draft.inferenceGeo = inferenceGeo;
  draft.advisors =
    record.advisors.length === 0
      ? undefined
      : record.advisors.map((advisor, index) => advisorOf(draft, advisor, index));
}

/**
 * Whether the usage was written before the other one: the output grows. Gateways may begin with an estimate of the
 * prompt, or with none.
 */
function isEarlier(usage: Usage, other: Usage): boolean {
  return usage.output === other.output
    ? promptTokens(usage) < promptTokens(other)
    : usage.output < other.output;
}

function contentOf(block: AssistantRecord["blocks"][number]): RequestContent["output"] {
  if (block.type === "text") return [{ type: "text", text: keptText(block.text) }];
  if (block.type === "thinking") return block.text === "" ? [] : [{ type: "reasoning", text: block.text }];
  if (block.type === "tool_use")
    return [{ type: "tool_call", id: block.id, name: block.name, input: keptInput(block.input) }];
  return [];
}

/** The finished request with those of its advisors, with prices and sizes. */
export function finishRequest(draft: RequestDraft, options: SessionOptions): LlmRequest {
  const request = requestIn(draft);
  if (request.error !== undefined) return request;
  if (lacksFinalUsage(request)) request.provisional = true;
  Object.assign(request, options.appraise(request));
  if (draft.advisors !== undefined)
    request.advisors = advisorsOf(draft).map((advisor) => ({ ...advisor, ...options.appraise(advisor) }));
  return request;
}

function lacksFinalUsage({ usage, stopReason, aborted, clientVersion }: LlmRequest): boolean {
  const { output } = usage;
  return isProvisional({
    output,
    hasStopReason: stopReason !== undefined,
    isAborted: aborted === true,
    clientVersion,
  });
}

/** The fields that only a draft has. */
const OF_DRAFT: ReadonlySet<string> = new Set(["lines", "copiedFrom", "askedMs", "advisedMs", "advisors"]);

/** The draft without these fields. It is copied field by field, since a rest pattern takes several times as long. */
function requestIn(draft: RequestDraft): LlmRequest {
  const request = roomy<Record<string, unknown>>();
  for (const field in draft) if (!OF_DRAFT.has(field)) request[field] = draft[field as keyof RequestDraft];
  return request as unknown as LlmRequest;
}
