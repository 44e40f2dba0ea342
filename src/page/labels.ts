import type { ToolCall } from "../session/model.ts";

/** Longer labels are cut: they are for a line in a list. */
const MAX_LABEL = 200;

/** What of a tool's input tells a reader most, best first; tools that are not listed use the first that is there. */
const KEYS = [
  "command",
  "file_path",
  "notebook_path",
  "path",
  "url",
  "query",
  "pattern",
  "skill",
  "description",
];

/** A line about a call: the command, path, host or description. Undefined at content levels that do not keep any. */
export function aboutCall({ details, content, subagent }: ToolCall): string | undefined {
  if (subagent?.description !== undefined) return firstLine(subagent.description);
  const input = content?.input;
  if (typeof input === "object" && input !== null) {
    const values = new Map(Object.entries(input));
    for (const key of KEYS) {
      const value = values.get(key);
      if (typeof value === "string" && value.trim() !== "") return firstLine(value);
    }
  }
  return firstLine(details?.filePath ?? details?.program ?? details?.host ?? details?.skill);
}

/** The first line that says something, cut to a label's length. */
export function firstLine(text: string | undefined): string | undefined {
  const line = text
    ?.split("\n", 50)
    .map((candidate) => candidate.trim())
    .find((candidate) => candidate !== "");
  if (line === undefined) return undefined;
  return line.length <= MAX_LABEL ? line : `${line.slice(0, MAX_LABEL - 1)}…`;
}
