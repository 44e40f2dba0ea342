import type { ContentLevel } from "../../choices.ts";
import type {
  ApiErrorRecord,
  ApiRequestRecord,
  AssistantRecord,
  UserRecord,
} from "../../transcript/record.ts";
import { isOlder } from "../../versions.ts";
import type { Retry } from "../model.ts";
import { keptText } from "./content-limits.ts";
import { addBlock, openRequest } from "./request.ts";
import { requestOf } from "./same-response.ts";
import type { Attempt, RequestDraft, ThreadState } from "./thread.ts";
import { callOfResult, callsOf, endCall } from "./tool-call.ts";
import { workOf } from "./work.ts";

/** An empty conversation. `startMs`: time of its prompt. `prompt`: its text, if it is kept. */
export function newThread(startMs?: number, prompt?: string): ThreadState {
  const thread: ThreadState = { requests: [], toolCalls: [], attempts: [], retries: [], last: "prompt" };
  if (startMs !== undefined) thread.lastMs = startMs;
  if (prompt !== undefined) thread.prompt = keptText(prompt);
  return thread;
}

/**
 * A text of the client in place of an answer, for example after a resume. It is neither a request nor a part of the
 * turn.
 */
export function isSynthetic(record: AssistantRecord): boolean {
  return record.model === "<synthetic>" && !record.isApiError;
}

export function addAttempt(thread: ThreadState, record: ApiRequestRecord): void {
  if (record.atMs === undefined) return;
  const attempt: Attempt = { id: record.id, atMs: record.atMs };
  if (record.model !== undefined) attempt.model = record.model;
  thread.attempts.push(attempt);
}

/** Adds a failed attempt to the next request of the conversation. A record without a time is ignored. */
export function addRetry(thread: ThreadState, record: ApiErrorRecord): void {
  if (record.atMs === undefined) return;
  const retry: Retry = { atMs: record.atMs };
  if (record.status !== undefined) retry.status = record.status;
  if (record.errorType !== undefined) retry.errorType = record.errorType;
  if (record.retryInMs !== undefined) retry.delayMs = record.retryInMs;
  thread.retries.push(retry);
}

/** Adds one line of a response. All lines of a response count as one request. */
export function addAssistant(thread: ThreadState, record: AssistantRecord, content: ContentLevel): void {
  if (isSynthetic(record) || record.atMs === undefined) return;
  let request = requestOf(thread.requests, record);
  if (request === undefined) {
    request = openRequest(record, thread);
    thread.requests.push(request);
  }
  addBlock(request, record, content);
  thread.toolCalls.push(...callsOf(record, record.atMs, content));
  thread.last = lastOf(record, request);
  if (request.error === undefined) delete thread.error;
  else thread.error = request.error;
  touch(thread, record.atMs);
}

function lastOf(record: AssistantRecord, request: RequestDraft): ThreadState["last"] {
  if (record.isApiError) return "error";
  if (record.isAborted) return "aborted";
  const calls = record.blocks.some((block) => block.type === "tool_use") || record.stopReason === "tool_use";
  if (calls) return "tool_use";
  return isProvisional(request) ? "partial_answer" : "answer";
}

/**
 * Clients up to 2.0 write lines before the end of the response, with a usage of one token and without a stop reason.
 */
function isProvisional(request: RequestDraft): boolean {
  return (
    request.stopReason === undefined && request.usage.output <= 1 && isOlder(request.clientVersion, [2, 1, 0])
  );
}

/** Records that the client or the user wrote something. Further output of the model may be another response. */
export function interruptResponse(thread: ThreadState): void {
  const last = thread.requests.at(-1);
  if (last !== undefined) last.lines.isInterrupted = true;
}

/**
 * Ends calls with their results. Results that a resume writes for calls of a dead process (`interrupted`) are ignored.
 */
export function addToolResults(thread: ThreadState, record: UserRecord, content: ContentLevel): void {
  interruptResponse(thread);
  for (const result of record.toolResults) {
    const call = callOfResult(thread.toolCalls, result);
    if (call === undefined || record.atMs === undefined || result.denialKind === "interrupted") continue;
    endCall(call, result, record.atMs, content);
    const work = call.work ?? workOf(call, result, thread);
    if (work !== undefined) call.work = work;
    // With `--json-schema` or a workflow's schema, the answer is the input of this tool, and no other answer follows.
    const isAnswer = call.name === "StructuredOutput" && call.outcome === "ok";
    thread.last = isAnswer ? "answer" : "tool_result";
    touch(thread, record.atMs);
  }
}

/** Records that the user interrupted the conversation. */
export function interrupt(thread: ThreadState, atMs: number | undefined): void {
  thread.last = "interrupt";
  if (atMs !== undefined) touch(thread, atMs);
}

function touch(thread: ThreadState, atMs: number): void {
  thread.lastMs = Math.max(thread.lastMs ?? atMs, atMs);
}

/** Whether the conversation has ended, as far as its own records show. */
export function isAtRest(thread: ThreadState): boolean {
  return (
    thread.last === "answer" ||
    thread.last === "error" ||
    thread.last === "interrupt" ||
    thread.last === "aborted"
  );
}
