import type { ContentLevel } from "../../choices.ts";
import type { AssistantRecord } from "../../transcript/record.ts";
import { isUnique } from "../../transcript/row-key.ts";
import { apiFailureOf } from "./request.ts";
import type { RequestDraft, ThreadState } from "./thread.ts";

/**
 * Notes an error of the client about the response above: its stream broke, it was refused, or it reached a limit. Such
 * an error is no request: the API has answered. The conversation has failed if nothing follows. Returns whether the
 * record is one.
 */
export function callsAnswerBad(thread: ThreadState, record: AssistantRecord, content: ContentLevel): boolean {
  const response = thread.requests.at(-1);
  if (!record.isApiError || response === undefined || response.error !== undefined) return false;
  const isBroken = says(record, INCOMPLETE);
  if (!isBroken && !isOf(response, record, thread)) return false;
  // The stop reason of a broken response is not the API's.
  if (isBroken && response.usage.output <= 1) delete response.stopReason;
  response.badAnswer = apiFailureOf(record, content);
  thread.error = response.badAnswer;
  thread.last = "error";
  return true;
}

const INCOMPLETE = /^API Error: .*(?:response above may be incomplete|partial response received)/;

function says({ blocks }: AssistantRecord, text: RegExp): boolean {
  return blocks.some((block) => block.type === "text" && text.test(block.text));
}

/**
 * Whether the error is about the response. Only that about a refusal names its request, from 2.1.3xx on. Clients up to
 * 2.0 write no stop reason either.
 */
function isOf(response: RequestDraft, record: AssistantRecord, { attempts }: ThreadState): boolean {
  if (record.requestId !== undefined) {
    if (record.requestId !== response.requestId) return false;
    // Some gateways give all requests the same id.
    if (isUnique(record.requestId)) return true;
  }
  if (response.lines.isInterrupted === true || attempts.length > 0) return false;
  return UNFIT.has(response.stopReason ?? "") || says(record, OVER);
}

/** Stop reasons behind which clients write an error. */
const UNFIT = new Set(["refusal", "max_tokens", "model_context_window_exceeded"]);

const OVER =
  /^API Error: (?:Claude's response exceeded the|Claude Code is unable to respond to this request|The model has reached its context window)/;

/** Another response follows, so the error above has not ended the conversation. */
export function forgetBadAnswer({ requests }: ThreadState): void {
  const last = requests.at(-1);
  if (last !== undefined) delete last.badAnswer;
}
