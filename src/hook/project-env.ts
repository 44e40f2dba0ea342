import { readFileSync } from "node:fs";
import { join } from "node:path";
import { object } from "../transcript/fields.ts";

/**
 * Takes out of a hook's environment what the project's own settings put there. Claude Code hands the `env` block of a
 * project to hooks, above the user's; a cloned repository must not say where telemetry goes or what it holds (DESIGN §7).
 * A variable that the project sets counts as the project's, whoever else set it.
 */
export function withoutProjectEnv(
  env: Record<string, string>,
  cwd: string | undefined,
): Record<string, string> {
  const folder = env.CLAUDE_PROJECT_DIR ?? cwd;
  const kept = { ...env };
  delete kept.CLAUDE_PROJECT_DIR;
  if (folder === undefined) return kept;
  const files = ["settings.json", "settings.local.json"].map((file) => join(folder, ".claude", file));
  const names = new Set(files.flatMap(envNamesIn));
  for (const name of names) delete kept[name];
  // What the user had said about content, for example in the shell, is hidden behind the project's word: none leaves then.
  if (names.has("CCOTEL_CONTENT") || names.has("CCOTEL_REDACT")) kept.CCOTEL_CONTENT = "none";
  return kept;
}

function envNamesIn(path: string): string[] {
  try {
    const settings = object(JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, "")));
    return Object.keys(object(settings?.env) ?? {});
  } catch {
    // None, or one that Claude Code does not load either.
    return [];
  }
}
