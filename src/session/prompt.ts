import type { UserRecord } from "../transcript/record.ts";

/** What a `user` record is: format reference §3. */
export type UserRecordKind = "prompt" | "tool_result" | "interrupt" | "stop_feedback" | "other";

/**
 * `knowsTurnOrigin`: the file has shown that its client writes `turnOrigin`; then a record without it starts no turn.
 * Older clients (up to 2.1.100) are told by the text.
 */
export function kindOfUserRecord(record: UserRecord, knowsTurnOrigin: boolean): UserRecordKind {
  if (record.toolResults.length > 0) return "tool_result";
  if (record.text.startsWith("[Request interrupted by user")) return "interrupt";
  if (record.isMeta) return record.text.startsWith("Stop hook feedback:") ? "stop_feedback" : "other";
  if (record.isCompactSummary || record.hasToolUseResult || record.isTranscriptOnly) return "other";
  if (record.turnOrigin !== undefined) return "prompt";
  if (knowsTurnOrigin) return "other";
  return CLIENT_TEXTS.some((start) => record.text.startsWith(start)) ? "other" : "prompt";
}

/** How messages of the client begin that look like prompts in clients without `turnOrigin`. */
const CLIENT_TEXTS = ["<command-name>", "<local-command-", "<bash-", "Caveat:"];

/** Who started the turn, in the client's words; undefined where it does not say. */
export function sourceOfPrompt(record: UserRecord): string | undefined {
  if (record.turnOrigin === undefined && record.text.startsWith("<task-notification>"))
    return "task_notification";
  return record.turnOrigin ?? record.promptSource ?? SOURCES.get(record.entrypoint ?? "");
}

const SOURCES = new Map([
  ["cli", "human"],
  ["sdk-cli", "sdk"],
  ["sdk-ts", "sdk"],
  ["sdk-py", "sdk"],
]);

/** The record of a `/clear`, which a client writes at the head of the new session's file. */
export function isClear(record: UserRecord): boolean {
  return record.text.startsWith("<command-name>/clear</command-name>");
}
