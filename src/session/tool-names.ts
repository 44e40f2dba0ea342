/** Tools of Claude Code itself, by what they do. */

export const SHELL_TOOLS: ReadonlySet<string> = new Set(["Bash", "PowerShell"]);

/** Tools whose only purpose is to wait for a person. */
export const ASKING_TOOLS: ReadonlySet<string> = new Set(["AskUserQuestion", "ExitPlanMode"]);

export const WRITING_TOOLS: ReadonlySet<string> = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);

/** The argument in which each tool names the file or folder that it works on. */
export const PATH_ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ["Read", "file_path"],
  ["Write", "file_path"],
  ["Edit", "file_path"],
  ["MultiEdit", "file_path"],
  ["NotebookEdit", "notebook_path"],
  ["NotebookRead", "notebook_path"],
  ["Glob", "path"],
  ["Grep", "path"],
  ["LS", "path"],
]);
