import type { AssistantRecord } from "../../transcript/record.ts";
import { isUnique } from "../../transcript/row-key.ts";
import { promptTokens } from "../sums/usage.ts";
import type { RequestDraft } from "./thread.ts";

/**
 * The request whose response the line continues. Undefined: the line begins a new one. A client writes a line for each
 * block of a response, all with the API's `message.id`. Gateways, however, may write no id, always the same one, or one
 * id twice.
 */
export function requestOf(
  requests: readonly RequestDraft[],
  record: AssistantRecord,
): RequestDraft | undefined {
  if (record.isApiError) return undefined;
  const last = requests.at(-1);
  const isOwnId = isUnique(record.messageId);
  for (let at = requests.length - 1; at >= 0 && at >= requests.length - RECENT; at--) {
    const request = requests[at] as RequestDraft;
    if (request.lines.messageId !== record.messageId) continue;
    const isLikely = request === last || isOwnId || isSameRequest(request, record);
    if (isLikely && goesOn(request, record)) return request;
  }
  return undefined;
}

/**
 * How many requests are searched. Rows of tools and agents may stand between two lines of a response, but never
 * thousands of other responses.
 */
const RECENT = 512;

/** Whether the line may belong to the response, whatever is between them. */
function goesOn(request: RequestDraft, record: AssistantRecord): boolean {
  const { lines, error } = request;
  if (error !== undefined || lines.messageId !== record.messageId) return false;
  if (differ(request.requestId, record.requestId) || differ(lines.requestRef, record.requestRef))
    return false;
  if (differ(request.responseModel, record.model) && !mayChangeModel(request, record)) return false;
  if (record.blockIndex !== undefined && record.blockIndex <= (lines.blockIndex ?? -1))
    return isSameRequest(request, record) && lines.missing?.includes(record.blockIndex) === true;
  if (isSameRequest(request, record)) return true;
  if (differ(request.stopReason, record.stopReason)) return false;
  const before = promptTokens(request.usage);
  const now = promptTokens(record.usage);
  // A gateway may know the size of its prompt only at the end.
  const isUnfinished = isUnique(record.messageId) || request.stopReason === undefined;
  if (isUnfinished && lines.isInterrupted !== true) return true;
  if (before > 0 && now > 0 && before !== now) return false;
  // The client may run a tool before the last block of the response. Then only the API's own id shows that the line
  // belongs to it.
  return lines.isInterrupted !== true || (isUnique(record.messageId) && before > 0 && before === now);
}

/** A refused or overloaded model may be replaced by another one within a response. */
function mayChangeModel(request: RequestDraft, record: AssistantRecord): boolean {
  const goesOnAtOnce = isUnique(record.messageId) && request.lines.isInterrupted !== true;
  return goesOnAtOnce || isSameRequest(request, record);
}

type RequestIds = Pick<AssistantRecord, "requestId" | "requestRef">;

/** Whether the client's own data show the same request: the API's request id, or the client's reference. */
function isSameRequest({ requestId, lines }: RequestDraft, record: RequestIds): boolean {
  return areSame({ requestId, requestRef: lines.requestRef }, record);
}

/**
 * A request id without digits is a word that a gateway gives to all requests. Ids that identify a request contain
 * digits.
 */
function areSame(known: RequestIds, now: RequestIds): boolean {
  const { requestId, requestRef } = known;
  return (
    (requestId !== undefined && requestId === now.requestId && /\d/.test(requestId)) ||
    (requestRef !== undefined && requestRef === now.requestRef)
  );
}

function differ(known: string | undefined, now: string | undefined): boolean {
  return known !== undefined && now !== undefined && known !== now;
}

/** A response whose turn has ended. A late line of it adds nothing but its calls. */
export interface DoneResponse {
  messageId: string;
  turnId?: string;
  requestId?: string;
  requestRef?: string;
  promptTokens: number;
}

/**
 * What is kept about a response whose turn has ended, to recognize late lines of it. `turnId`: undefined without a
 * span.
 */
export function doneResponse({ requestId, lines, usage }: RequestDraft, turnId?: string): DoneResponse {
  const done: DoneResponse = { messageId: lines.messageId, promptTokens: promptTokens(usage) };
  if (turnId !== undefined) done.turnId = turnId;
  if (requestId !== undefined) done.requestId = requestId;
  if (lines.requestRef !== undefined) done.requestRef = lines.requestRef;
  return done;
}

/** Whether the line belongs to the response of an ended turn. */
export function isLateLine(done: DoneResponse, record: AssistantRecord): boolean {
  if (done.messageId !== record.messageId || record.isApiError) return false;
  if (differ(done.requestId, record.requestId) || differ(done.requestRef, record.requestRef)) return false;
  const { requestId, requestRef } = done;
  return (
    areSame({ requestId, requestRef }, record) ||
    (isUnique(record.messageId) && done.promptTokens === promptTokens(record.usage))
  );
}
