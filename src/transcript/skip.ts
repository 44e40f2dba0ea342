/**
 * Recognizes from the first bytes of a line that its record is not needed, so that the line is never decoded. Bodies of
 * requests and rendered system prompts are a third of a short session. A line with its keys in another order is parsed.
 */

const HEAD_BYTES = 160;

const SKIPPED_TYPES = new Set([
  "api-request-shape",
  "api-request-blob",
  "file-history-snapshot",
  "file-history-delta",
  "last-prompt",
  "tools-used",
  "mode",
  "permission-mode",
  "atis-latch",
]);

/** Attachments carry what the client told the model. Those that describe the session are kept. */
const ATTACHMENT =
  /^\{"parentUuid":(?:null|"[^"]{0,64}"),"isSidechain":(?:true|false)(?:,"agentId":"[^"]{0,64}")?,"attachment":\{"type":"([a-z_]+)"/;
const KEPT_ATTACHMENTS = new Set([
  "queued_command",
  "max_turns_reached",
  "budget_usd",
  "hook_success",
  "hook_non_blocking_error",
  "hook_blocking_error",
  "hook_error_during_execution",
  "hook_cancelled",
  "hook_stopped_continuation",
  "deferred_tools_delta",
]);

const SKIPPED_HEADS = new Set([...SKIPPED_TYPES].map((type) => `{"type":"${type}"`));

const QUOTE = 0x22;
const LETTER_A = 0x61;
const LETTER_P = 0x70;
const LETTER_T = 0x74;

/** The largest length of an id or a type, in bytes. */
const MAX_SHORT = 64;

const TYPE_VALUE = '{"type":"'.length;
const PARENT_VALUE = '{"parentUuid":'.length;
const SIDECHAIN_KEY = ',"isSidechain":'.length;

/** True when the line needs no parsing. `bytes` from `from` to `to`: the whole line, or at least its first bytes. */
export function isSkippable(bytes: Buffer, from: number, to: number): boolean {
  // One byte distinguishes `{"type":"…` from `{"parentUuid":…`.
  const mark = bytes[from + 2];
  if (mark === LETTER_T)
    return SKIPPED_HEADS.has(bytes.toString("latin1", from, endOfShort(bytes, from + TYPE_VALUE, to) + 1));
  if (mark !== LETTER_P || !mayBeAttachment(bytes, from, to)) return false;
  const head = bytes.toString("latin1", from, Math.min(to, from + HEAD_BYTES));
  const attachment = ATTACHMENT.exec(head);
  return attachment !== null && !KEPT_ATTACHMENTS.has(attachment[1] as string);
}

/**
 * Whether `attachment`, or `agentId` before it, may be at the place that `ATTACHMENT` expects. Most lines have neither.
 */
function mayBeAttachment(bytes: Buffer, from: number, to: number): boolean {
  const parent = from + PARENT_VALUE;
  const behindParent =
    bytes[parent] === QUOTE ? endOfShort(bytes, parent + 1, to) + 1 : parent + "null".length;
  const sidechain = behindParent + SIDECHAIN_KEY;
  const behind = sidechain + (bytes[sidechain] === LETTER_T ? "true" : "false").length;
  return bytes[behind + ',"'.length] === LETTER_A;
}

/**
 * The offset of the quote that ends a string of at most `MAX_SHORT` bytes, else the offset where the search stopped.
 */
function endOfShort(bytes: Buffer, from: number, to: number): number {
  const end = Math.min(to, from + MAX_SHORT);
  let at = from;
  while (at < end && bytes[at] !== QUOTE) at++;
  return at;
}

/** The same decision as `isSkippable` for a parsed record, from its type and the type of its attachment. */
export function isSkippedType(type: string, attachmentType: string | undefined): boolean {
  if (type === "attachment") return !KEPT_ATTACHMENTS.has(attachmentType ?? "");
  return SKIPPED_TYPES.has(type);
}
