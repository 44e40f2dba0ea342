import type { UserRecord } from "../../transcript/record.ts";
import { isInterruption } from "../conversation/conversation.ts";
import { isNotification } from "../conversation/notification.ts";

/**
 * The kind of a `user` record. `wakeup`: the record looks like a message of the client and starts a turn only if the
 * model answers it. Clients from 2.1.196 on write scheduled prompts in this form, and those that send the output of a
 * `!` command to the model, without a `turnOrigin`, that output.
 */
type UserRecordKind =
  | "prompt"
  | "wakeup"
  | "tool_result"
  | "interrupt"
  | "stop_feedback"
  | "hook_stop"
  | "other";

/** The kind follows from the record's flags. The text decides where the client's version has no flag. */
export function kindOfUserRecord(record: UserRecord): UserRecordKind {
  if (record.toolResults.length > 0) return "tool_result";
  if (isInterruption(record.text)) return "interrupt";
  if (record.isCompactSummary || record.hasToolUseResult || record.isTranscriptOnly) return "other";
  if (record.turnOrigin !== undefined) return "prompt";
  if (record.isMeta) return kindOfMeta(record);
  if (record.text.startsWith("<bash-stdout>") || UNKNOWN_COMMAND.test(record.text)) return "wakeup";
  // The note that a tool has loaded a skill (2.0.45).
  if (record.sourceToolUseId !== undefined) return "other";
  if (record.text.startsWith(STOP_FEEDBACK)) return "stop_feedback";
  if (record.text.startsWith("Operation stopped by hook")) return "hook_stop";
  if (TYPED_COMPACT.test(record.text) || HOOK_FEEDBACK.test(record.text)) return "other";
  return CLIENT_TEXTS.some((start) => record.text.startsWith(start)) ? "other" : "prompt";
}

function kindOfMeta({ text, promptId, isTurnCompanion, sourceToolUseId }: UserRecord): UserRecordKind {
  if (text.startsWith(STOP_FEEDBACK)) return "stop_feedback";
  const isClients = promptId === undefined || isTurnCompanion || sourceToolUseId !== undefined;
  if (isClients || META_TEXTS.some((start) => text.startsWith(start))) return "other";
  return "wakeup";
}

/** Beginnings of client messages that look like prompts when the client writes no `turnOrigin`. */
const CLIENT_TEXTS = [
  "<command-name>",
  "<local-command-",
  "<bash-input>",
  "<bash-stdout>",
  "<bash-stderr>",
  "Caveat:",
  "This session is being continued from a previous conversation that ran out of context.",
];

/** What clients up to 2.1.100 write in place of a slash command that they do not know. They send it to no model. */
const UNKNOWN_COMMAND = /^Unknown (?:skill|slash command): /;

/** What a Stop hook said. Clients up to 2.0.14 write it without `isMeta`. */
const STOP_FEEDBACK = "Stop hook feedback:\n";

/**
 * What other hooks said to those clients: "Bash operation feedback:" of a PostToolUse hook that objects, and what a hook
 * adds to the context, as `<session-start-hook>`, `<user-prompt-submit-hook>` or `<post-tool-use-hook>`.
 */
const HOOK_FEEDBACK = /^(?:\S{1,200} operation feedback:\n|<[a-z-]{1,40}-hook>)/;

/** Clients of 2.1.250 to 2.1.290 write this command also as it was typed. It starts no turn. */
const TYPED_COMPACT = /^\/compact(?:\s|$)/;

/** Beginnings of client messages that are not scheduled prompts. */
const META_TEXTS = [...CLIENT_TEXTS, "<system-reminder>", "<command-message>"];

/** Who started the turn, in the client's words. Undefined when the client does not say. */
export function sourceOfPrompt(record: UserRecord): string | undefined {
  if (record.turnOrigin !== undefined) return record.turnOrigin;
  if (record.isMeta) return "scheduled";
  if (isNotification(record.text)) return "task_notification";
  // A teammate's message has a turn index, but none of the origins that the client records.
  const isNamed = record.promptSource !== undefined || record.turnIndex === undefined;
  if (!isNamed || TEAMMATE.test(record.text)) return "teammate";
  return record.promptSource ?? SOURCES.get(record.entrypoint ?? "");
}

const TEAMMATE = /^(?:Another Claude session sent a message:\s*)?<teammate-message[\s>]/;

const SOURCES = new Map([
  ["cli", "human"],
  ["sdk-cli", "sdk"],
  ["sdk-ts", "sdk"],
  ["sdk-py", "sdk"],
]);

/** Whether the record is the `/clear` that a client writes at the beginning of the new session's file. */
export function isClear(record: UserRecord): boolean {
  return record.text.startsWith("<command-name>/clear</command-name>");
}
