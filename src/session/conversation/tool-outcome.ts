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
  return denialIn(resultText)?.kind ?? (unaskedIn(resultText) === undefined ? undefined : "permission-rule");
}

/**
 * Whether a denied call needed an approval in a place where nobody can be asked (`claude -p`): the client rejected it
 * itself, without a rule. Before 2.1.312, only the text of the result says so.
 */
export function wasUnasked({ denialKind, permission, text }: ToolResult): boolean {
  if (permission === undefined) {
    const denial = denialIn(text);
    return denial === undefined ? unaskedIn(text) !== undefined : denial.isQuestion === true;
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
  return denialIn(resultText)?.start ?? unaskedIn(resultText) ?? BLOCKED_BY_HOOK.exec(resultText)?.[0];
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

interface Denial {
  /** How the text begins. */
  start: string;
  /** The `toolDenialKind` that newer clients write for it. */
  kind: "user-rejected" | "permission-rule";
  /** The text is the question that a person would be asked where none can be, or says that it has no answer. */
  isQuestion?: true;
}

/** The client's texts about denied calls. */
const DENIALS: readonly Denial[] = [
  { start: REJECTED, kind: "user-rejected" },
  // In agents, from 2.1.100 on.
  {
    start: "Permission for this tool use was denied. It requires approval",
    kind: "permission-rule",
    isQuestion: true,
  },
  {
    start: "Permission for this tool use was denied: it requires interactive approval",
    kind: "permission-rule",
    isQuestion: true,
  },
  { start: "Permission for this tool use was denied", kind: "user-rejected" },
  { start: "Permission to use ", kind: "permission-rule" },
  { start: "Permission to read ", kind: "permission-rule" },
  { start: "Permission to edit ", kind: "permission-rule" },
  { start: "Claude requested permissions to ", kind: "permission-rule", isQuestion: true },
  {
    start: "<tool_use_error>File is in a directory that is denied by your permission settings",
    kind: "permission-rule",
  },
  { start: "Exit plan mode?", kind: "permission-rule", isQuestion: true },
  { start: "Enter plan mode?", kind: "permission-rule", isQuestion: true },
  { start: "Answer questions?", kind: "permission-rule", isQuestion: true },
  { start: "Execute skill: ", kind: "permission-rule", isQuestion: true },
  { start: "Execute slash command: ", kind: "permission-rule", isQuestion: true },
];

function denialIn(resultText: string): Denial | undefined {
  return DENIALS.find(({ start }) => resultText.startsWith(start));
}
