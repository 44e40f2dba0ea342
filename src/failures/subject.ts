/** Describes calls, prompts and errors in one line for a person. */

import { withSummaries } from "../session/conversation/notification.ts";
import { withoutClientTags } from "../session/conversation/tool-details.ts";
import type { Turn } from "../session/model.ts";

/** Why a call was denied that needed an approval in `claude -p`. */
export const UNASKED_WORDS = "needed an approval, and nobody could be asked";

const MAX_LINE = 300;

/** The first line of a text that is not empty, without the client's tags; undefined if there is none. */
export function lineOf(text: string | undefined): string | undefined {
  return linesOf(text).at(0);
}

/** The slash command that began a turn, or the first line of its prompt; undefined if neither is known. */
export function promptOf({ command, content }: Pick<Turn, "command" | "content">): string | undefined {
  if (command !== undefined) return `/${command}`;
  return content?.prompt === undefined ? undefined : lineOf(withSummaries(content.prompt));
}

/**
 * The reason in the result of a denied call: the words of the user, or the rule. Leaves out the client's fixed
 * instructions to the model.
 */
export function denialOf(text: string | undefined): string | undefined {
  if (
    !/^(?:The user doesn't want to |Permission for this tool use was denied\. The tool use was rejected)/.test(
      text ?? "",
    )
  )
    return errorOf(text);
  return lineOf(/the user (?:said|provided the following reason[^:]*):\s*(.*)/is.exec(text ?? "")?.[1]);
}

/** The message of an API error: the one in the response body if the client shows the body, otherwise the whole text. */
export function apiMessageOf(message: string | undefined): string | undefined {
  const at = message?.indexOf("{") ?? -1;
  if (message === undefined || at === -1) return message;
  try {
    const said: unknown = JSON.parse(message.slice(at))?.error?.message;
    return lineOf(typeof said === "string" ? said : undefined) ?? message;
  } catch {
    return message;
  }
}

/** The first line of an error. `Exit code 1` alone explains nothing, so the next line is added to it. */
export function errorOf(text: string | undefined): string | undefined {
  const [first, second] = linesOf(text);
  const isBare =
    first !== undefined && /^(?:error: )?(?:exit code|command failed with exit code) \d+\.?$/i.test(first);
  return isBare && second !== undefined ? `${first}: ${second}`.slice(0, MAX_LINE) : first;
}

function linesOf(text: string | undefined): string[] {
  return (text ?? "")
    .split("\n", 40)
    .map((line) => withoutClientTags(line).replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .map((line) => line.slice(0, MAX_LINE));
}

/** For each tool, the arguments that describe a call best. The first one that is set counts. */
const SUBJECTS = new Map<string, readonly string[]>([
  ["Bash", ["command"]],
  ["PowerShell", ["command"]],
  ["Read", ["file_path"]],
  ["Write", ["file_path"]],
  ["Edit", ["file_path"]],
  ["MultiEdit", ["file_path"]],
  ["NotebookEdit", ["notebook_path"]],
  ["NotebookRead", ["notebook_path"]],
  ["Glob", ["pattern"]],
  ["Grep", ["pattern"]],
  ["LS", ["path"]],
  ["WebFetch", ["url"]],
  ["WebSearch", ["query"]],
  ["Agent", ["description", "prompt"]],
  ["Task", ["description", "prompt"]],
  ["Skill", ["skill", "command"]],
  ["SlashCommand", ["command"]],
  ["ToolSearch", ["query"]],
]);

/** The command, path, URL, pattern, description or skill of a call, on one line; undefined if it has none. */
export function subjectOf(tool: string, input: unknown): string | undefined {
  const values = (typeof input === "object" && input !== null ? input : {}) as Record<string, unknown>;
  const keys = SUBJECTS.get(tool) ?? USUAL;
  const value = keys.map((key) => values[key]).find((one) => typeof one === "string" && one.trim() !== "");
  return typeof value === "string" ? value.replace(/\s+/g, " ").trim().slice(0, MAX_LINE) : undefined;
}

/** The same for tools that are not Claude Code's own. */
const USUAL = ["description", "command", "query", "file_path", "path", "url", "name", "id"];
