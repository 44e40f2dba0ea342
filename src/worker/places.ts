import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { userHomeOf } from "../config/home-folder.ts";
import type { Env } from "../config/source.ts";
import { MAX_BYTES, readText } from "../disk/read.ts";
import type { Home } from "../state/home.ts";
import { object } from "../transcript/fields.ts";

/** Whose settings the worker obeys. `configure` has laid that down; no event and no project changes it. */
export interface Places {
  homeDir: string;
  /** The folders of Claude Code that ccotel is set up for, `~/.claude` first. */
  configDirs: readonly string[];
}

/**
 * Reads from `installation.json` which settings files `configure` has written to. Where an administrator's settings start
 * the worker there is none: then it is the folder in the user's home. `env`: the worker's own.
 */
export function placesOf(home: Home, env: Env): Places {
  const homeDir = userHomeOf(home.root) ?? (env.HOME || homedir());
  const usual = env.CLAUDE_CONFIG_DIR || join(homeDir, ".claude");
  const known = settingsFiles(home).map((path) => dirname(path));
  const others = known.filter((dir) => dir !== usual);
  return {
    homeDir,
    configDirs: others.length < known.length || known.length === 0 ? [usual, ...others] : known,
  };
}

/** Of several folders of Claude Code, the one that the session is in; the first where it is in none of them. */
export function configDirOf(transcriptPath: string, { configDirs }: Places): string {
  const around = configDirs.find((dir) => transcriptPath.startsWith(join(dir, "projects") + sep));
  return around ?? (configDirs[0] as string);
}

function settingsFiles({ installation }: Home): string[] {
  try {
    return Object.keys(
      object(object(JSON.parse(readText(installation, MAX_BYTES.settings)))?.settings) ?? {},
    );
  } catch {
    return [];
  }
}
