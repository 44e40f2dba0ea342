import { fstatSync, readSync } from "node:fs";
import { withFile } from "../files/transcript-file.ts";
import { parseJson } from "../objects.ts";
import { object } from "../transcript/fields.ts";
import { typedCommand } from "./typed.ts";

/** A session's title and first prompt, one line each. */
export interface Label {
  /** The title from the user or, if there is none, from the client. */
  title?: string;
  /** First line of its first prompt. */
  prompt?: string;
}

/** The first prompt is near the beginning, the last title near the end. Only these parts are read. */
const HEAD_BYTES = 512 << 10;
/** Most sessions have their first prompt within so many bytes. */
const SHORT_HEAD_BYTES = 64 << 10;
const TAIL_BYTES = 64 << 10;
const MAX_LABEL = 200;

/** Reads a session's label from the beginning and end of its transcript. Empty if the file cannot be read. */
export function labelOf(path: string): Label {
  return withFile(path, labelIn) ?? {};
}

/** The label, and the beginning of the transcript, which is valid until the next call. Opens the file once. */
export function labelAndHeadOf(path: string): { label: Label; head: Buffer } {
  const read = (fd: number) => ({ label: labelIn(fd), head: readPart(fd, 0, SHORT_HEAD_BYTES) });
  return withFile(path, read) ?? { label: {}, head: Buffer.alloc(0) };
}

function labelIn(fd: number): Label {
  const { title, prompt } = partsOf(fd);
  return { ...(title === undefined ? {} : { title }), ...(prompt === undefined ? {} : { prompt }) };
}

function partsOf(fd: number): { title: string | undefined; prompt: string | undefined } {
  const { size } = fstatSync(fd);
  if (size <= HEAD_BYTES) {
    const all = readPart(fd, 0, size);
    return { title: lastTitle(all), prompt: firstPrompt(all) };
  }
  let title = lastTitle(readPart(fd, Math.max(HEAD_BYTES, size - TAIL_BYTES), size));
  let prompt = firstPrompt(readPart(fd, 0, SHORT_HEAD_BYTES));
  if (prompt === undefined || title === undefined) {
    const head = readPart(fd, 0, HEAD_BYTES);
    prompt ??= firstPrompt(head);
    title ??= lastTitle(head);
  }
  return { title, prompt };
}

/** One buffer for all parts: to allocate memory takes longer than to read into it. */
let buffer = Buffer.alloc(0);

/** The bytes of the file from `from` to `to`. Valid until the next call. */
function readPart(fd: number, from: number, to: number): Buffer {
  if (buffer.length < to - from) buffer = Buffer.allocUnsafeSlow(HEAD_BYTES);
  return buffer.subarray(0, readSync(fd, buffer, 0, to - from, from));
}

/** The last title in the bytes. A title from the user takes precedence over one from the client. */
function lastTitle(bytes: Buffer): string | undefined {
  // Most transcripts have no title. Node looks for a short word ten times as fast as for a longer one.
  if (!bytes.includes('-title"')) return undefined;
  for (const kind of ["custom-title", "ai-title"]) {
    // Quotes within a text are escaped, so no text holds the word between plain quotes.
    const word = `"${kind}"`;
    for (let at = bytes.lastIndexOf(word); at !== -1; ) {
      const { text, start } = lineAround(bytes, at);
      const { type, customTitle, aiTitle, title } = object(parseJson(text)) ?? {};
      const said = [customTitle, aiTitle, title].find((value) => typeof value === "string");
      if (type === kind && typeof said === "string") return labelled(said);
      at = start === 0 ? -1 : bytes.lastIndexOf(word, start - 1);
    }
  }
  return undefined;
}

function firstPrompt(bytes: Buffer): string | undefined {
  // Other programs write spaces behind the colon of `"type": "user"`.
  const word = '"user"';
  for (let at = bytes.indexOf(word); at !== -1; ) {
    const { text, end } = lineAround(bytes, at);
    const { type, isMeta, isSidechain, message } = object(parseJson(text)) ?? {};
    if (type === "user" && isMeta !== true && isSidechain !== true) {
      const prompt = promptIn((message as { content?: unknown } | undefined)?.content);
      if (prompt !== undefined) return prompt;
    }
    at = bytes.indexOf(word, end);
  }
  return undefined;
}

/** The line that contains the byte at `at`. */
function lineAround(bytes: Buffer, at: number): { text: string; start: number; end: number } {
  const start = bytes.lastIndexOf(LINE_FEED, at) + 1;
  const feed = bytes.indexOf(LINE_FEED, at);
  const end = feed === -1 ? bytes.length : feed;
  return { text: bytes.toString("utf8", start, end), start, end };
}

const LINE_FEED = 0x0a;

/** The prompt that a person typed. Skips the client's own texts about local commands. */
function promptIn(content: unknown): string | undefined {
  const texts =
    typeof content === "string"
      ? [content]
      : Array.isArray(content)
        ? content.flatMap((block) => (typeof block?.text === "string" ? [block.text] : []))
        : [];
  for (const text of texts) {
    const command = typedCommand(text);
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
