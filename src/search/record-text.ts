/** A text in a record of a transcript. */
export interface SaidText {
  /** `prompt`, `answer`, `thinking`, `call` (a tool's input) or `result` (a tool's output). */
  kind: "prompt" | "answer" | "thinking" | "call" | "result";
  /** The id of the item that `ccotel view` shows it in: a message id, a tool call's id or a prompt's uuid. */
  id: string;
  text: string;
}

/** The texts of a record, in order. Empty for a record without texts or with an unknown shape. */
export function textsOf(record: unknown): SaidText[] {
  const { type, uuid, message } = dict(record);
  const { id: messageId, content } = dict(message);
  const id = textIn(type === "assistant" ? messageId : uuid) ?? "";
  if (type !== "assistant" && type !== "user") return [];
  if (typeof content === "string") {
    return [{ kind: type === "user" ? "prompt" : "answer", id, text: content }];
  }
  return Array.isArray(content) ? content.flatMap((block) => textsOfBlock(block, type, id)) : [];
}

function textsOfBlock(block: unknown, type: "user" | "assistant", id: string): SaidText[] {
  const fields = dict(block);
  switch (fields.type) {
    case "text":
      return said(type === "user" ? "prompt" : "answer", id, fields.text);
    case "thinking":
      return said("thinking", id, fields.thinking);
    case "tool_use":
      return [{ kind: "call", id: textIn(fields.id) ?? id, text: inputText(fields.input) }];
    case "tool_result":
      return said("result", textIn(fields.tool_use_id) ?? id, resultText(fields.content));
    default:
      return [];
  }
}

function said(kind: SaidText["kind"], id: string, text: unknown): SaidText[] {
  return typeof text === "string" && text !== "" ? [{ kind, id, text }] : [];
}

/** A tool's input as text: its value if it has only one, otherwise JSON. */
function inputText(input: unknown): string {
  const values = Object.entries(dict(input));
  const [only] = values;
  if (values.length === 1 && typeof only?.[1] === "string") return only[1];
  return JSON.stringify(input ?? {}, undefined, 2);
}

function resultText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content
    .map((block) => {
      const { type, text } = dict(block);
      return type === "text" && typeof text === "string" ? text : `[${textIn(type) ?? "something else"}]`;
    })
    .join("\n");
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function dict(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
