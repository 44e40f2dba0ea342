import { withoutClientTags } from "../session/conversation/tool-details.ts";
import type { SaidText } from "./record-text.ts";

/** A text of a record as a person sees it: without what Claude Code adds for the model. Empty if nothing is left. */
export function seenText(record: unknown, { kind, text }: SaidText): string {
  if (kind === "notification") return isForModel(record, text) ? "" : text;
  if (kind !== "prompt" && kind !== "result") return text;
  if (kind === "prompt" && isForModel(record, text)) return "";
  const seen = text.includes("</") ? withoutBlocks(text) : text;
  return kind === "prompt" && CLIENT_TAG.test(seen) ? withoutClientTags(seen) : seen;
}

/** The client begins a line with its blocks. Those within a line are of the user, or of a file. */
const BLOCK = /^<(system-reminder|local-command-caveat)>/gm;

function withoutBlocks(text: string): string {
  const open = new Set<string>();
  let seen = "";
  let from = 0;
  for (const { 1: tag = "", index } of text.matchAll(BLOCK)) {
    if (index < from || open.has(tag)) continue;
    const close = `</${tag}>`;
    const end = text.indexOf(close, index);
    // Without an end, no further one of its kind has one: a hostile text may have thousands.
    if (end === -1) open.add(tag);
    else {
      seen += text.slice(from, index);
      from = end + close.length;
    }
  }
  return seen + text.slice(from);
}

const CLIENT_TAG = /^<(?:local-command|bash|command|task|agent)-/;

/**
 * Whether the client wrote a prompt itself: a note to the model, or the text of a skill that was loaded. Scheduled
 * prompts have the same mark, but an id of their own, and what a hook said is shown.
 */
function isForModel(record: unknown, text: string): boolean {
  const { isMeta, promptId, turnCompanion, sourceToolUseID } = record as Record<string, unknown>;
  if (isMeta !== true || text.startsWith("Stop hook feedback:")) return false;
  return promptId === undefined || turnCompanion === true || sourceToolUseID !== undefined;
}
