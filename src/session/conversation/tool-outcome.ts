import type { ContentLevel } from "../../choices.ts";
import type { ToolResult } from "../../transcript/record.ts";
import type { ToolOutcome } from "../model.ts";
import { keptText } from "./content-limits.ts";
import { errorLine } from "./tool-details.ts";
/**
 * How a call ended, from its result (docs/develop/transcript-format.md). Clients without `toolDenialKind` show a denial
 * only in the text of the result.
 */
export function outcomeOf(result: ToolResult, toolName: string): ToolOutcome {
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
  if (saidDenial(result.text) !== undefined) return "denied";
  return toolName === "Bash" && result.lacksExitCode ? "denied" : "error";
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
  const kind = DENIALS.find(([start]) => resultText.startsWith(start))?.[1];
  return kind ?? (unaskedIn(resultText) === undefined ? undefined : "permission-rule");
}

/**
 * Whether a denied call needed an approval in a place where nobody can be asked (`claude -p`): the client rejected it
 * itself, without a rule. Before 2.1.312, only the text of the result says so.
 */
export function wasUnasked({ denialKind, permission, text }: ToolResult): boolean {
  if (permission === undefined) {
    const [start] = DENIALS.find(([known]) => text.startsWith(known)) ?? [];
    return start === undefined ? unaskedIn(text) !== undefined : QUESTIONS.has(start);
  }
  const { source, reason, code = "" } = permission;
  // A program that answers for a person was asked, also if its answer was of no use.
  const hasProgram = reason === "permissionPromptTool" || /^(?:canUseTool|permissionStream)/.test(code);
  return denialKind === "user-rejected" && source === "config" && !hasProgram;
}

/** Whether the client denied the call without asking a person, as the text of the result says. */
export function askedNobody({ isError, text }: ToolResult): boolean {
  return isError && denialKindIn(text) === "permission-rule";
}

/** Whether the text of the result is the one that the client writes when a person presses Esc. */
export function mayBeEsc({ text }: ToolResult): boolean {
  return text === "" || INTERRUPTED.test(text) || text.startsWith(REJECTED);
}

/** A shell command that Esc has killed has its exit code before the note (2.0.45). */
const INTERRUPTED = /^(?:Exit code \d+\n)?\[Request interrupted by user/;

/** What the text of a denied call says, for clients that write no decision. Undefined for other texts. */
function saidDenial(resultText: string): string | undefined {
  const [start] = DENIALS.find(([known]) => resultText.startsWith(known)) ?? [];
  return start ?? unaskedIn(resultText) ?? BLOCKED_BY_HOOK.exec(resultText)?.[0];
}

/** What a PreToolUse hook blocked. Clients before 2.0.45 write the second form. */
const BLOCKED_BY_HOOK = /^(?:PreToolUse:[^\s:]{1,200} hook error: |\S{1,200} operation blocked by hook:\n)/;

/**
 * What clients from 1.0.128 to 2.1.150 write to a shell command that needs an answer in `claude -p`. Some of these texts
 * name a path before the words that are the same in all of them. The lookbehind stands behind these words, because before
 * them it would run at each character and take a quarter of a session's reading.
 */
const UNASKED =
  /^This command (?:requires approval|uses shell operators that require approval)|^This Bash command contains multiple operations\.|' was blocked\. For security, Claude Code may only (?<=^(?!Exit code)[^\n]{0,1050})/;

/** More characters than the longest text that `UNASKED` matches. Results may have megabytes. */
const MAX_UNASKED = 1_100;

function unaskedIn(resultText: string): string | undefined {
  return UNASKED.exec(resultText.slice(0, MAX_UNASKED))?.[0];
}

/** The text about a call of the main conversation that a person rejected or stopped. */
const REJECTED = "The user doesn't want to ";

/** How the client's texts about denied calls begin, and the `toolDenialKind` that newer clients write for each. */
const DENIALS = [
  [REJECTED, "user-rejected"],
  // In agents, from 2.1.100 on.
  ["Permission for this tool use was denied. It requires approval", "permission-rule"],
  ["Permission for this tool use was denied: it requires interactive approval", "permission-rule"],
  ["Permission for this tool use was denied", "user-rejected"],
  ["Permission to use ", "permission-rule"],
  ["Permission to read ", "permission-rule"],
  ["Permission to edit ", "permission-rule"],
  ["Claude requested permissions to ", "permission-rule"],
  ["<tool_use_error>File is in a directory that is denied by your permission settings", "permission-rule"],
  // The question that a person would be asked, where none can be.
  ["Exit plan mode?", "permission-rule"],
  ["Enter plan mode?", "permission-rule"],
  ["Answer questions?", "permission-rule"],
  ["Execute skill: ", "permission-rule"],
  ["Execute slash command: ", "permission-rule"],
] as const;

/** Those of them that are the question itself, or say that it has no answer. */
const QUESTIONS: ReadonlySet<string> = new Set([
  "Permission for this tool use was denied. It requires approval",
  "Permission for this tool use was denied: it requires interactive approval",
  "Claude requested permissions to ",
  "Exit plan mode?",
  "Enter plan mode?",
  "Answer questions?",
  "Execute skill: ",
  "Execute slash command: ",
]);
