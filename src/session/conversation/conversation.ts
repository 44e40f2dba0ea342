import type { ContentLevel } from "../../choices.ts";
import { writesNoFinalUsage } from "../../transcript/provisional-usage.ts";
import type {
  ApiErrorRecord,
  ApiRequestRecord,
  AssistantRecord,
  TranscriptRecord,
  UserRecord,
} from "../../transcript/record.ts";
import { isUnique } from "../../transcript/row-key.ts";
import { isOlder } from "../../versions.ts";
import type { Retry } from "../model.ts";
import { callsAnswerBad, forgetBadAnswer } from "./bad-answer.ts";
import { keptText } from "./content-limits.ts";
import { correctNeverAsked } from "./never-asked.ts";
import { addBlock, openRequest, reviseUsage } from "./request.ts";
import { requestOf } from "./same-response.ts";
import type { Attempt, EarlyResult, RequestDraft, ThreadState } from "./thread.ts";
import { callOfResult, callsOf, endCall, type ToolDraft } from "./tool-call.ts";
import { resultToKeep } from "./tool-outcome.ts";
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

/** Notes an attempt at the next request. A record without a time is ignored. */
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
  if (callsAnswerBad(thread, record, content)) return touch(thread, record.atMs);
  let request = requestOf(thread.requests, record);
  if (request === undefined) {
    forgetBadAnswer(thread);
    request = openRequest(record, thread);
    thread.requests.push(request);
  }
  addBlock(request, record, content);
  thread.toolCalls.push(...callsOf(record, record.atMs, content));
  thread.last = lastOf(record, request);
  takeEarlyResults(thread, content);
  thread.error = request.error;
  touch(thread, record.atMs);
}

/**
 * Takes over a larger usage from a line that was read before: some programs write a line again while its response
 * grows. Only the last response of a conversation that goes on can still change.
 */
export function reviseResponse(thread: ThreadState | undefined, record: TranscriptRecord): void {
  const request = thread?.requests.at(-1);
  if (thread === undefined || request === undefined || record.type !== "assistant") return;
  if (request.lines.messageId !== record.messageId || request.requestId !== record.requestId) return;
  if (!isUnique(record.messageId) || record.usage.output <= request.usage.output) return;
  reviseUsage(request, record);
  if (thread.last === "partial_answer") thread.last = lastOf(record, request);
}

function lastOf(record: AssistantRecord, request: RequestDraft): ThreadState["last"] {
  if (record.isApiError) return "error";
  if (record.isAborted) return "aborted";
  const calls = record.blocks.some((block) => block.type === "tool_use") || record.stopReason === "tool_use";
  if (calls) return "tool_use";
  return hasOnlyBegun(request) ? "partial_answer" : "answer";
}

/**
 * Clients before 2.1.100 write lines before the end of the response, with a usage of one token and without a stop
 * reason. Some of them write nothing else.
 */
function hasOnlyBegun({ stopReason, usage, clientVersion }: RequestDraft): boolean {
  const isFirst = stopReason === undefined && usage.output <= 1;
  return isFirst && isOlder(clientVersion, [2, 1, 100]) && !writesNoFinalUsage(clientVersion);
}

/**
 * Records that the client or the user wrote something. Further output of the model may be another response.
 *
 * `said`: what was written, if it is no tool result. When the stream of a response broke, the client keeps its text
 * with a stop reason that the API never sent, and asks the model to go on.
 */
export function interruptResponse(thread: ThreadState, said?: UserRecord): void {
  const last = thread.requests.at(-1);
  if (last === undefined) return;
  last.lines.isInterrupted = true;
  if (said?.isMeta && CUT_OFF.test(said.text) && last.usage.output <= 1) delete last.stopReason;
}

const CUT_OFF = /^Your response above was cut off mid-stream\b/;

/**
 * Ends calls with their results. Results that a resume writes for calls of a dead process (`interrupted`) are ignored.
 * A result whose call was not read yet stands between the lines of the response that has the call, so it does not end
 * that response.
 */
export function addToolResults(thread: ThreadState, record: UserRecord, content: ContentLevel): void {
  let hasCall = false;
  for (const result of record.toolResults) {
    const { atMs } = record;
    const call = callOfResult(thread.toolCalls, result);
    hasCall ||= call !== undefined;
    if (atMs === undefined || result.denialKind === "interrupted") continue;
    if (call === undefined) keepEarly(thread, { result, atMs }, content);
    else addResult(thread, call, { result, atMs }, content);
  }
  if (hasCall) interruptResponse(thread);
}

/** More calls than a client runs at once. */
const MAX_EARLY = 16;

function keepEarly(thread: ThreadState, { result, atMs }: EarlyResult, content: ContentLevel): void {
  const early = { result: resultToKeep(result, content), atMs };
  thread.early = [...(thread.early ?? []), early].slice(-MAX_EARLY);
}

/** Ends the calls whose results were read before them: the order of lines is not the order of time (2.1.290). */
function takeEarlyResults(thread: ThreadState, content: ContentLevel): void {
  const { early } = thread;
  if (early === undefined) return;
  thread.early = undefined;
  for (const one of early) {
    const call = callOfResult(thread.toolCalls, one.result);
    if (call === undefined) thread.early = [...(thread.early ?? []), one];
    else addResult(thread, call, one, content);
  }
}

function addResult(
  thread: ThreadState,
  call: ToolDraft,
  { result, atMs }: EarlyResult,
  content: ContentLevel,
): void {
  endCall(call, result, atMs, content);
  correctNeverAsked(thread.toolCalls, call, result);
  const work = call.work ?? workOf(call, result, thread);
  if (work !== undefined) call.work = work;
  // With `--json-schema` or a workflow's schema, the answer is the input of this tool, and no other answer follows.
  const isAnswer = call.name === "StructuredOutput" && call.outcome === "ok";
  thread.last = isAnswer ? "answer" : "tool_result";
  touch(thread, atMs);
}

/** Whether the text of a `user` record is the client's note that a person pressed Esc. */
export function isInterruption(text: string): boolean {
  return text.startsWith("[Request interrupted by user");
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
