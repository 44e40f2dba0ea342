import { hash53 } from "../../hash53.ts";
import { object, text } from "../../transcript/fields.ts";
import type { ToolResult } from "../../transcript/record.ts";
import type { Work } from "../amounts.ts";
import type { ToolOutcome } from "../model.ts";
import { PATH_ARGUMENTS, SHELL_TOOLS, WRITING_TOOLS } from "../tool-names.ts";

/** How many files a conversation remembers as written. Further files may count more than once. */
const MAX_FILES = 2000;

/** The file that a call is to write, as a hash, since paths are not kept. Undefined for other tools. */
export function fileToWrite(tool: string, input: unknown): number | undefined {
  const key = WRITING_TOOLS.has(tool) ? PATH_ARGUMENTS.get(tool) : undefined;
  const path = key === undefined ? undefined : text(object(input)?.[key]);
  return path === undefined ? undefined : hash53(path);
}

/**
 * The work of a call that has ended. A failed call did run, but its changes are unknown. Undefined when there is none.
 */
export function workOf(
  call: { name: string; outcome?: ToolOutcome | undefined; file?: number },
  result: ToolResult,
  thread: { files?: number[] },
): Work | undefined {
  const { name, outcome, file } = call;
  if (outcome !== "ok" && outcome !== "error") return undefined;
  const work: Work = result.work === undefined ? {} : { ...result.work };
  if (SHELL_TOOLS.has(name)) work.commands = 1;
  if (name === "WebFetch") work.webFetches = 1;
  if (name === "WebSearch") work.searches = 1;
  if (outcome === "ok" && file !== undefined && thread.files?.includes(file) !== true) {
    work.filesWritten = 1;
    thread.files ??= [];
    if (thread.files.length < MAX_FILES) thread.files.push(file);
  }
  for (const _ in work) return work;
  return undefined;
}
