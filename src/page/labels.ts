import type { ToolCall } from "../session/model.ts";

/** Longer labels are cut to fit one line of a list. */
const MAX_LABEL = 200;

/** The most informative keys of a tool's input, best first. Tools that are not listed use the first key that exists. */
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

/**
 * Returns a label for a call: the command, path, host or description. Returns undefined at content levels without any.
 */
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

/** Returns the first line that is not empty, cut to the length of a label. */
export function firstLine(text: string | undefined): string | undefined {
  const line = text
    ?.split("\n", 50)
    .map((candidate) => candidate.trim())
    .find((candidate) => candidate !== "");
  if (line === undefined) return undefined;
  return line.length <= MAX_LABEL ? line : `${line.slice(0, MAX_LABEL - 1)}…`;
}
