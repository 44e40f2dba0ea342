import { createHash } from "node:crypto";
import { rawLines } from "./raw-lines.ts";
import { type SaidText, textsOf } from "./record-text.ts";

/** One text is sent up to this length; the rest is counted. */
const MAX_TEXT_CHARS = 200_000;
const MAX_HITS = 200;
/** So much around a hit is shown. */
const AROUND_CHARS = 60;

export interface ShownText extends SaidText {
  /** Characters that were left out. */
  left?: number;
}

/** What was said in one item of a session: `id` is a message id, a tool call's id or a prompt's uuid. */
export function textsOfItem(paths: readonly string[], id: string): ShownText[] {
  const wanted = Buffer.from(JSON.stringify(id));
  const found: ShownText[] = [];
  const seen = new Set<string>();
  for (const text of textsInLines(paths, (line) => line.includes(wanted))) {
    if (text.id !== id) continue;
    // Transcripts repeat rows.
    const key = `${text.kind} ${text.text}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push(cut(text));
  }
  return found;
}

/** Every text of a session, each once. */
export function* allTexts(paths: readonly string[]): Generator<ShownText> {
  const seen = new Set<string>();
  for (const text of textsInLines(paths, () => true)) {
    const key = createHash("sha256").update(`${text.id} ${text.kind} ${text.text}`).digest("base64");
    if (seen.has(key)) continue;
    seen.add(key);
    yield cut(text);
  }
}

export interface Hit {
  kind: SaidText["kind"];
  id: string;
  /** The words and a little of what is around them. */
  before: string;
  match: string;
  after: string;
}

/** Where a session says something: all words of the query, or the phrase in quotes, in one text. Letters' case is ignored. */
export function findInSession(paths: readonly string[], query: string): { hits: Hit[]; isCut: boolean } {
  const words = wordsOf(query);
  const hits: Hit[] = [];
  const [first = ""] = words;
  if (first === "") return { hits, isCut: false };
  for (const { kind, id, text } of textsInLines(paths, () => true)) {
    const lower = text.toLowerCase();
    if (!words.every((word) => lower.includes(word))) continue;
    if (hits.length === MAX_HITS) return { hits, isCut: true };
    const at = lower.indexOf(first);
    hits.push({
      kind,
      id,
      before: text.slice(Math.max(0, at - AROUND_CHARS), at),
      match: text.slice(at, at + first.length),
      after: text.slice(at + first.length, at + first.length + AROUND_CHARS),
    });
  }
  return { hits, isCut: false };
}

/** `"several words" and single ones`, in lower case. */
export function wordsOf(query: string): string[] {
  return [...query.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map(
    ([, phrase, word]) => phrase ?? word ?? "",
  );
}

function* textsInLines(paths: readonly string[], mayHold: (line: Buffer) => boolean): Generator<SaidText> {
  for (const path of paths) {
    for (const line of rawLines(path)) {
      if (line === undefined || !mayHold(line)) continue;
      yield* textsOf(parse(line));
    }
  }
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

function cut(text: SaidText): ShownText {
  const left = text.text.length - MAX_TEXT_CHARS;
  return left <= 0 ? text : { ...text, text: text.text.slice(0, MAX_TEXT_CHARS), left };
}
