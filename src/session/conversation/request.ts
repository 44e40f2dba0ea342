import type { ContentLevel } from "../../choices.ts";
import type { AssistantRecord, RecordedAdvisor, RecordedUsage } from "../../transcript/record.ts";
import type { Usage } from "../amounts.ts";
import type { LlmRequest, RequestContent } from "../model.ts";
import type { SessionOptions } from "../options.ts";
import { noUsage, promptTokens } from "../sums/usage.ts";
import { keptInput, keptText } from "./content-limits.ts";
import type { Attempt, RequestDraft, ThreadState } from "./thread.ts";
import { errorLine } from "./tool-details.ts";

/** Starts a request at the first line of its response; the attempts and retries so far are its own. */
export function openRequest(record: AssistantRecord, thread: ThreadState): RequestDraft {
  const attempts = takeAttempts(thread, record.requestRef);
  const retries = thread.retries.splice(0);
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
    draft.error = { type: record.apiErrorType ?? record.error ?? "unknown" };
    if (record.apiErrorStatus !== undefined) draft.error.status = record.apiErrorStatus;
  } else {
    draft.responseModel = record.model;
    setFirstBlock(draft, record, atMs, final, thread.lastMs);
  }
  if (attempts.length > 0) draft.attempts = attempts.length;
  if (record.isApiError && record.requestedModel === undefined && final?.model === undefined) {
    // The error text itself is "<synthetic>": the model is the one that the conversation used before, if any.
    draft.requestedModel =
      thread.requests.findLast((known) => known.error === undefined)?.requestedModel ?? "unknown";
  }
  return draft;
}

/** The API's id, or, where that is missing or not the only one, the row's own. */
function keyOf({ messageId, uuid = "", isApiError, isUsedId }: AssistantRecord): string {
  if (isApiError) return uuid === "" ? messageId : uuid;
  return messageId === "" || isUsedId ? `${messageId} ${uuid}` : messageId;
}

/** The attempts up to the one that was answered; without a reference (errors, old clients), all that are open. */
function takeAttempts(thread: ThreadState, requestRef: string | undefined): Attempt[] {
  const index =
    requestRef === undefined ? -1 : thread.attempts.findIndex((attempt) => attempt.id === requestRef);
  if (requestRef !== undefined && index === -1) return [];
  return thread.attempts.splice(0, index === -1 ? thread.attempts.length : index + 1);
}

/** No API is reached, reads a prompt and answers within so short a time: the request's own time was noted late. */
const SOONEST_CHUNK_MS = 20;

/**
 * The first block's record is written when the block is complete. A thinking or tool-use block says how long it streamed,
 * so its beginning is known; a text block does not, so only the bound is. So it is where the request's own time cannot be:
 * on a busy machine the client notes it as much as 226 ms late. Then the bound begins at the record before.
 */
function setFirstBlock(
  draft: RequestDraft,
  record: AssistantRecord,
  atMs: number,
  final: Attempt | undefined,
  beforeMs: number | undefined,
): void {
  if (final === undefined) return;
  draft.lastAttemptMs = final.atMs;
  if (record.blockIndex !== undefined && record.blockIndex > 0) return;
  if (!record.isAborted) draft.firstBlockMs = atMs;
  const type = record.blocks[0]?.type;
  const streamedMs =
    type === "thinking"
      ? record.thinkingDurationMs
      : type === "tool_use"
        ? record.toolInputStreamMs
        : undefined;
  if (streamedMs === undefined || record.blockIndex !== 0 || record.isAborted) return;
  const chunkMs = atMs - streamedMs;
  if (chunkMs - final.atMs >= SOONEST_CHUNK_MS) draft.firstChunkMs = chunkMs;
  else if (draft.retries.length === 0 && beforeMs !== undefined) {
    draft.lastAttemptMs = Math.min(beforeMs, final.atMs);
    draft.startMs = Math.min(draft.startMs, draft.lastAttemptMs);
  }
}

/** Adds one line of the response. */
export function addBlock(draft: RequestDraft, record: AssistantRecord, content: ContentLevel): void {
  if (record.requestRef !== undefined) draft.lines.requestRef = record.requestRef;
  if (record.blockIndex !== undefined) draft.lines.blockIndex = record.blockIndex;
  delete draft.lines.isInterrupted;
  draft.endMs = Math.max(draft.endMs, record.atMs ?? draft.endMs);
  if (record.stopReason !== undefined && !record.isApiError) draft.stopReason = record.stopReason;
  if (record.effort !== undefined) draft.effort = record.effort;
  if (record.attribution !== undefined) draft.attribution = record.attribution;
  if (record.isAborted) draft.aborted = true;
  if (!record.isApiError) addUsageLine(draft, record);
  noteAdvice(draft, record);
  if (content !== "none" && draft.error !== undefined) {
    const message = errorLine(
      record.blocks.map((block) => (block.type === "text" ? block.text : "")).join("\n"),
    );
    if (message !== undefined) draft.error.message = message;
  }
  if (content === "full" && !record.isApiError) {
    draft.content ??= { output: [] };
    draft.content.output.push(...record.blocks.flatMap(contentOf));
  }
}

/** Clients up to 2.0 write a provisional usage on all but the last lines: the largest counts, once. */
function addUsageLine(draft: RequestDraft, record: AssistantRecord): void {
  const { speed, inferenceGeo } = record.usage;
  if (size(record.usage) < size(draft.usage)) return;
  draft.usage = usageIn(record.usage);
  if (speed !== undefined) draft.speed = speed;
  if (inferenceGeo !== undefined) draft.inferenceGeo = inferenceGeo;
  draft.advisors = record.advisors.map((advisor, index) => advisorOf(draft, advisor, index));
  if (draft.advisors.length === 0) delete draft.advisors;
}

function advisorOf(draft: RequestDraft, { model, usage }: RecordedAdvisor, index: number): LlmRequest {
  const { startMs, endMs, speed, inferenceGeo, clientVersion, attribution } = draft;
  return {
    key: `${draft.key}/advisor/${index + 1}`,
    requestedModel: model,
    responseModel: model,
    startMs,
    endMs,
    usage: usageIn(usage),
    retries: [],
    isAdvisor: true,
    ...(speed === undefined ? {} : { speed }),
    ...(inferenceGeo === undefined ? {} : { inferenceGeo }),
    ...(clientVersion === undefined ? {} : { clientVersion }),
    ...(attribution === undefined ? {} : { attribution }),
  };
}

/** The blocks that ask for advice and bring it say when that was. */
function noteAdvice(draft: RequestDraft, { blocks, atMs }: AssistantRecord): void {
  if (atMs === undefined) return;
  for (const block of blocks) {
    if (block.type !== "other") continue;
    if (block.name === "server_tool_use") draft.askedMs = [...(draft.askedMs ?? []), atMs];
    if (block.name === "advisor_tool_result") draft.advisedMs = [...(draft.advisedMs ?? []), atMs];
  }
}

function usageIn(recorded: RecordedUsage): Usage {
  const { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, webSearches } = recorded;
  return { input, output, reasoning, cacheRead, cacheWrite5m, cacheWrite1h, webSearches };
}

function size(usage: Usage): number {
  return promptTokens(usage) + usage.output;
}

function contentOf(block: AssistantRecord["blocks"][number]): RequestContent["output"] {
  if (block.type === "text") return [{ type: "text", text: keptText(block.text) }];
  if (block.type === "thinking") return block.text === "" ? [] : [{ type: "reasoning", text: block.text }];
  if (block.type === "tool_use")
    return [{ type: "tool_call", id: block.id, name: block.name, input: keptInput(block.input) }];
  return [];
}

/** The finished request with those of its advisors, appraised. */
export function finishRequest(draft: RequestDraft, options: SessionOptions): LlmRequest {
  const request = requestIn(draft);
  if (request.error !== undefined) return request;
  const { askedMs = [], advisedMs = [], advisors } = draft;
  Object.assign(request, options.appraise(request));
  if (advisors === undefined) return request;
  const asked = askedMs.slice(-advisedMs.length);
  request.advisors = advisors.map((advisor, index) => {
    const endMs = advisedMs[index] ?? request.endMs;
    const timed = { ...advisor, startMs: Math.min(asked[index] ?? request.startMs, endMs), endMs };
    return { ...timed, ...options.appraise(timed) };
  });
  return request;
}

/** What only a draft has. */
const OF_DRAFT: ReadonlySet<string> = new Set(["lines", "copiedFrom", "askedMs", "advisedMs", "advisors"]);

/** The draft without what only a draft has. Copied field by field: a rest in a pattern takes several times as long. */
function requestIn(draft: RequestDraft): LlmRequest {
  const request: Record<string, unknown> = {};
  for (const field in draft) if (!OF_DRAFT.has(field)) request[field] = draft[field as keyof RequestDraft];
  return request as unknown as LlmRequest;
}
