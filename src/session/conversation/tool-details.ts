import { nonEmptyText } from "../../transcript/fields.ts";
import type { ToolDetails } from "../model.ts";
import { PATH_ARGUMENTS, SHELL_TOOLS } from "../tool-names.ts";

/**
 * What a call was about, without the content, for content level `details` and above. Only tools of the client itself
 * are examined: the meaning of other tools' arguments is unknown.
 */
export function toolDetails(name: string, input: unknown): ToolDetails {
  const values = (input ?? {}) as Record<string, unknown>;
  const details: ToolDetails = {};
  const pathKey = PATH_ARGUMENTS.get(name);
  const path = pathKey === undefined ? undefined : nonEmptyText(values[pathKey]);
  if (path !== undefined) details.filePath = path;
  if (SHELL_TOOLS.has(name)) {
    const program = programOf(nonEmptyText(values.command) ?? "");
    if (program !== undefined) details.program = program;
  }
  if (name === "WebFetch") {
    const host = hostOf(nonEmptyText(values.url) ?? "");
    if (host !== undefined) details.host = host;
  }
  // Some clients write `command`: those that named skills by their command line, and those with a tool for slash
  // commands.
  const skill = SKILL_TOOLS.has(name)
    ? (nonEmptyText(values.skill) ?? nonEmptyText(values.command))
    : undefined;
  const skillName = /^\/?([^\s<>]{1,200})/.exec(skill ?? "")?.[1];
  if (skillName !== undefined) details.skill = skillName;
  return details;
}

/** The tags that Claude Code puts around texts. */
const CLIENT_TAGS =
  /<\/?(?:tool_use_error|error|system-reminder|(?:local-command|bash|command|task|agent)-[a-z-]{1,30})>/g;

/** Removes the client's own tags. Others stay, because they say what a text is: `<password>…</password>`. */
export function withoutClientTags(line: string): string {
  return line.replace(CLIENT_TAGS, "");
}

/** The first line of an error that contains more than the client's tags, without these. */
export function errorLine(result: string): string | undefined {
  for (const line of result.split("\n", 20)) {
    const said = withoutClientTags(line).trim();
    if (said !== "") return said;
  }
  return undefined;
}

/** Name of the slash command that a prompt consists of: `<command-name>/ship</command-name>` and similar. */
export function commandOfPrompt(prompt: string): string | undefined {
  if (!prompt.startsWith("<command-")) return undefined;
  return /<command-name>\/?([^\s<>]{1,200})<\/command-name>/.exec(prompt)?.[1];
}

const SKILL_TOOLS = new Set(["Skill", "SlashCommand"]);

const VARIABLES = /^(?:[A-Za-z_]\w{0,100}=(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])*\s+)*/;

/**
 * The program that a command line starts, without its folder. Variable assignments before it are skipped. Undefined
 * when the word is only known once the command runs.
 */
function programOf(command: string): string | undefined {
  const line = command.trim().replace(/^[({!\s]+/, "");
  const rest = line.slice(VARIABLES.exec(line)?.[0].length ?? 0);
  const word = /^(?:"([^"$`\n]{1,500})"|'([^'\n]{1,500})'|([^\s"'$`;|&<>(){}=]{1,500})(?=[\s;|&<>)]|$))/.exec(
    rest,
  );
  const path = word?.[1] ?? word?.[2] ?? word?.[3];
  const program = path?.split(/[/\\]/).at(-1);
  return program === undefined || !/^[\w.@+:-]{1,100}$/.test(program) ? undefined : program;
}

function hostOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:@[\]]{1,253})/i
    .exec(url)?.[1]
    ?.toLowerCase();
}
