import { fstatSync } from "node:fs";
import { chunks, withFile } from "../files/file-position.ts";

/** A session's title and first prompt, one line each. */
export interface Label {
  /** The title from the user or, if there is none, from the client. */
  title?: string;
  /** First line of its first prompt. */
  prompt?: string;
}

/** The first prompt is near the beginning, the last title near the end. Only these parts are read. */
const HEAD_BYTES = 512 << 10;
const TAIL_BYTES = 64 << 10;
const MAX_LABEL = 200;

/** Reads a session's label from the beginning and end of its transcript. Empty if the file cannot be read. */
export function labelOf(path: string): Label {
  const text = withFile(path, (fd) => {
    const { size } = fstatSync(fd);
    const part = (from: number, to: number) =>
      Buffer.concat([...chunks(fd, from, to)].map((chunk) => Buffer.from(chunk))).toString("utf8");
    const head = part(0, Math.min(size, HEAD_BYTES));
    return { head, tail: size <= HEAD_BYTES ? head : part(Math.max(HEAD_BYTES, size - TAIL_BYTES), size) };
  });
  if (text === undefined) return {};
  const title = lastTitle(text.tail) ?? lastTitle(text.head);
  const prompt = firstPrompt(text.head);
  return { ...(title === undefined ? {} : { title }), ...(prompt === undefined ? {} : { prompt }) };
}

/** The last title in the text. A title from the user takes precedence over one from the client. */
function lastTitle(text: string): string | undefined {
  const titles = {
    "custom-title": undefined as string | undefined,
    "ai-title": undefined as string | undefined,
  };
  for (const line of text.split("\n")) {
    if (!line.includes('-title"')) continue;
    const { type, customTitle, aiTitle, title } = fieldsOf(line);
    const said = [customTitle, aiTitle, title].find((value) => typeof value === "string");
    if ((type === "custom-title" || type === "ai-title") && typeof said === "string") titles[type] = said;
  }
  return labelled(titles["custom-title"] ?? titles["ai-title"]);
}

function firstPrompt(text: string): string | undefined {
  for (const line of text.split("\n")) {
    if (!line.includes('"type":"user"')) continue;
    const { type, isMeta, isSidechain, message } = fieldsOf(line);
    if (type !== "user" || isMeta === true || isSidechain === true) continue;
    const prompt = promptIn((message as { content?: unknown } | undefined)?.content);
    if (prompt !== undefined) return prompt;
  }
  return undefined;
}

/** The prompt that a person typed. Skips the client's own texts about local commands. */
function promptIn(content: unknown): string | undefined {
  const texts =
    typeof content === "string"
      ? [content]
      : Array.isArray(content)
        ? content.flatMap((block) => (typeof block?.text === "string" ? [block.text] : []))
        : [];
  for (const text of texts) {
    const command = /<command-name>(\/[^<]*)<\/command-name>/.exec(text)?.[1];
    if (command !== undefined && !/^\/(clear|compact|model|login|help|config)\b/.test(command))
      return labelled(command);
    if (/^\s*(<|Caveat:|\[Request interrupted)/.test(text)) continue;
    const label = labelled(text);
    if (label !== undefined) return label;
  }
  return undefined;
}

function labelled(text: string | undefined): string | undefined {
  const line = text
    ?.split("\n", 50)
    .map((candidate) => candidate.trim())
    .find((candidate) => candidate !== "");
  return line?.slice(0, MAX_LABEL);
}

function fieldsOf(line: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
