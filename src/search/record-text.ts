import { notificationText } from "../session/conversation/notification.ts";
import { nonEmptyText, object } from "../transcript/fields.ts";
import { typedCommand } from "./typed.ts";

/** A text in a record of a transcript. */
export interface SaidText {
  /**
   * `prompt`, `notification` (what the client says of a background agent or command in place of a prompt), `answer`,
   * `thinking`, `call` (a tool's input), `result` (a tool's output) or the session's `title`.
   */
  kind: "prompt" | "notification" | "answer" | "thinking" | "call" | "result" | "title";
  /**
   * The id of the item that `ccotel view` shows it in: a message id, a tool call's id or a prompt's uuid. Empty for a
   * title.
   */
  id: string;
  text: string;
}

/** The text of a tool's input. */
type InputText = (input: unknown) => string;

/** The texts of a record, in order. Empty for a record without texts or with an unknown shape. */
export function textsOf(record: unknown, ofInput: InputText = shownInput): SaidText[] {
  const { type, uuid, message, attachment, customTitle, aiTitle } = object(record) ?? {};
  switch (type) {
    case "assistant":
    case "user": {
      const { id: messageId, content } = object(message) ?? {};
      const id = nonEmptyText(type === "assistant" ? messageId : uuid) ?? "";
      const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
      return Array.isArray(blocks)
        ? blocks.flatMap((block) => textsOfBlock(block, { type, id, ofInput }))
        : [];
    }
    case "attachment": {
      // A prompt that was typed while Claude Code worked. Messages of background agents have another mode.
      const { type: kind, commandMode, prompt } = object(attachment) ?? {};
      const isPrompt = kind === "queued_command" && commandMode === "prompt";
      return isPrompt ? said("prompt", nonEmptyText(uuid) ?? "", blocksText(prompt)) : [];
    }
    case "custom-title":
    case "ai-title":
      return said("title", "", customTitle ?? aiTitle);
    default:
      return [];
  }
}

function textsOfBlock(
  block: unknown,
  { type, id, ofInput }: { type: "user" | "assistant"; id: string; ofInput: InputText },
): SaidText[] {
  const fields = object(block) ?? {};
  switch (fields.type) {
    case "text":
      return type === "user" ? textsOfPrompt(id, fields.text) : said("answer", id, fields.text);
    case "thinking":
      return said("thinking", id, fields.thinking);
    case "tool_use":
      return [{ kind: "call", id: nonEmptyText(fields.id) ?? id, text: ofInput(fields.input) }];
    case "tool_result":
      return said("result", nonEmptyText(fields.tool_use_id) ?? id, blocksText(fields.content));
    default:
      return [];
  }
}

function said(kind: SaidText["kind"], id: string, text: unknown): SaidText[] {
  return typeof text === "string" && text !== "" ? [{ kind, id, text }] : [];
}

function textsOfPrompt(id: string, text: unknown): SaidText[] {
  if (typeof text !== "string") return [];
  const notification = notificationText(text);
  if (notification !== undefined) return said("notification", id, notification);
  return said("prompt", id, typedCommand(text) ?? text);
}

/** A tool's input as it is shown: its value if it has only one, otherwise JSON. */
function shownInput(input: unknown): string {
  return onlyText(input) ?? JSON.stringify(input ?? {}, undefined, 2);
}

/**
 * A tool's input as it is searched: each value behind its name. JSON escapes what commands are full of: quotes,
 * backslashes and line breaks.
 */
export function searchedInput(input: unknown): string {
  const lines = Object.entries(object(input) ?? {}).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return onlyText(input) ?? lines.join("\n");
}

function onlyText(input: unknown): string | undefined {
  const [only, ...others] = Object.values(object(input) ?? {});
  return typeof only === "string" && others.length === 0 ? only : undefined;
}

/** A text, or the texts of blocks. */
function blocksText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content
    .map((block) => {
      const { type, text } = object(block) ?? {};
      return type === "text" && typeof text === "string"
        ? text
        : `[${nonEmptyText(type) ?? "something else"}]`;
    })
    .join("\n");
}
