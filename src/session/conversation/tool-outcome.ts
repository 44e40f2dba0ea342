import type { ContentLevel } from "../../choices.ts";
import type { ToolResult } from "../../transcript/record.ts";
import type { ToolOutcome } from "../model.ts";
import { keptText } from "./content-limits.ts";
import { errorLine } from "./tool-details.ts";
/**
 * How a call ended, from its result (docs/develop/transcript-format.md). Clients without `toolDenialKind` show a denial
 * only in the text of the result.
 */
export function outcomeOf(result: ToolResult): ToolOutcome {
  switch (result.denialKind) {
    case undefined:
      break;
    case "interrupted":
      return "interrupted";
    case "user-rejected":
      // Esc while the tool runs is also written as a rejection, but without a decision and not as one before the run. A
      // call that needs an answer in `claude -p` has a decision (2.1.332) or only another text (2.1.200): one of the
      // client, or the reason that a hook gave.
      return result.deniedBeforeRun || result.permission?.decision === "reject" || !mayBeEsc(result)
        ? "denied"
        : "interrupted";
    default:
      return "denied";
  }
  if (!result.isError) return "ok";
  if (result.permission?.decision === "reject") return "denied";
  if (INTERRUPTED.test(result.text)) return "interrupted";
  return saidDenial(result.text) === undefined ? "error" : "denied";
}

/**
 * The result with no more content than the level allows, for a result that has to wait for its call. What the client
 * itself says in it stays, because that decides the outcome.
 */
export function resultToKeep(result: ToolResult, content: ContentLevel): ToolResult {
  if (content === "full") return { ...result, text: keptText(result.text) };
  const said = INTERRUPTED.exec(result.text)?.[0] ?? saidDenial(result.text);
  if (content === "none") return { ...result, text: said ?? "", pullRequest: undefined };
  return { ...result, text: said ?? (result.isError ? errorLine(result.text) : undefined) ?? "" };
}

/** The denial kind of a result text, in the words of clients that write `toolDenialKind`. */
export function denialKindIn(resultText: string): string | undefined {
  return DENIALS.find(([start]) => resultText.startsWith(start))?.[1];
}

/** Whether the text of the result is the one that the client writes when a person presses Esc. */
export function mayBeEsc({ text }: ToolResult): boolean {
  return text === "" || INTERRUPTED.test(text) || denialKindIn(text) === "user-rejected";
}

/** A shell command that Esc has killed has its exit code before the note (2.0.45). */
const INTERRUPTED = /^(?:Exit code \d+\n)?\[Request interrupted by user/;

/** How the text of a denied call begins, for clients that write no decision. Undefined for other texts. */
function saidDenial(resultText: string): string | undefined {
  const [start] = DENIALS.find(([known]) => resultText.startsWith(known)) ?? [];
  return start ?? BLOCKED_BY_HOOK.exec(resultText)?.[0];
}

/** What a PreToolUse hook blocked. Clients before 2.0.45 write the second form. */
const BLOCKED_BY_HOOK = /^(?:PreToolUse:[^\s:]{1,200} hook error: |\S{1,200} operation blocked by hook:\n)/;

/** How the client's texts about denied calls begin, and the `toolDenialKind` that newer clients write for each. */
const DENIALS = [
  ["The user doesn't want to ", "user-rejected"],
  ["Permission to use ", "permission-rule"],
  ["Claude requested permissions to ", "permission-rule"],
  ["<tool_use_error>File is in a directory that is denied by your permission settings", "permission-rule"],
] as const;
