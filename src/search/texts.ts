import { createHash } from "node:crypto";
import { parseJson } from "../objects.ts";
import { rawLines } from "./raw-lines.ts";
import { type SaidText, textsOf } from "./record-text.ts";

/** Longer texts are cut. `left` is the number of characters that are missing. */
const MAX_TEXT_CHARS = 200_000;

/** A text, cut to `MAX_TEXT_CHARS`. */
export interface ShownText extends SaidText {
  /** Number of characters that were cut off. */
  left?: number;
}

/** With more ids, each row is decoded: that takes less time than to look for each id in it. */
const FEW_IDS = 8;

/** The texts of items of a session, each once. `ids`: message ids, ids of tool calls or uuids of prompts. */
export function textsOfItems(paths: readonly string[], ids: readonly string[]): ShownText[] {
  const wanted = ids.map((id) => Buffer.from(JSON.stringify(id)));
  const mayHold = (line: Buffer) => wanted.length > FEW_IDS || wanted.some((id) => line.includes(id));
  const found: ShownText[] = [];
  const seen = new Set<string>();
  const known = new Set(ids);
  for (const text of textsInLines(paths, mayHold)) {
    if (!known.has(text.id)) continue;
    // Transcripts repeat rows.
    const key = `${text.id} ${text.kind} ${text.text}`;
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

function* textsInLines(paths: readonly string[], mayHold: (line: Buffer) => boolean): Generator<SaidText> {
  for (const path of paths) {
    for (const line of rawLines(path)) {
      if (line === undefined || !mayHold(line)) continue;
      yield* textsOf(parseJson(line.toString("utf8")));
    }
  }
}

function cut(text: SaidText): ShownText {
  const left = text.text.length - MAX_TEXT_CHARS;
  return left <= 0 ? text : { ...text, text: text.text.slice(0, MAX_TEXT_CHARS), left };
}
