/**
 * Tells from the first bytes of a line that nobody needs its record, so that it is never decoded. Bodies of requests and
 * rendered system prompts are a third of a short session. A line whose keys come in another order is simply parsed.
 */

const HEAD_BYTES = 160;

const SKIPPED_TYPES = [
  "api-request-shape",
  "api-request-blob",
  "file-history-snapshot",
  "file-history-delta",
  "last-prompt",
  "tools-used",
  "mode",
  "permission-mode",
  "atis-latch",
];
const SKIPPED_HEADS = SKIPPED_TYPES.map((type) => `{"type":"${type}"`);

/** Attachments carry what the client told the model; those that say something about the session are kept. */
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
]);

const TYPE_MARK = 0x74;
const PARENT_MARK = 0x70;

/** `bytes` from `from` to `to`: the whole line or at least its first bytes. True: the line needs no parsing. */
export function isSkippable(bytes: Buffer, from: number, to: number): boolean {
  // `{"type":"…` and `{"parentUuid":…` are told apart by a byte; most lines are neither.
  const mark = bytes[from + 2];
  if (mark === TYPE_MARK) {
    const head = bytes.toString("latin1", from, Math.min(to, from + HEAD_BYTES));
    return SKIPPED_HEADS.some((prefix) => head.startsWith(prefix));
  }
  if (mark !== PARENT_MARK) return false;
  const head = bytes.toString("latin1", from, Math.min(to, from + HEAD_BYTES));
  const attachment = ATTACHMENT.exec(head);
  return attachment !== null && !KEPT_ATTACHMENTS.has(attachment[1] as string);
}

/** The same decision from the parsed record: its type and, for an attachment, the attachment's type. */
export function isSkippedType(type: string, attachmentType: string | undefined): boolean {
  if (type === "attachment") return !KEPT_ATTACHMENTS.has(attachmentType ?? "");
  return SKIPPED_TYPES.includes(type);
}
