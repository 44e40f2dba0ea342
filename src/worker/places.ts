import { homedir } from "node:os";
import { dirname, join, sep } from "node:path";
import { userHomeOf } from "../config/home-folder.ts";
import type { Env } from "../config/source.ts";
import { MAX_BYTES, readJson } from "../disk/read.ts";
import type { Home } from "../state/home.ts";
import { object } from "../transcript/fields.ts";

/**
 * The folders with the settings that apply to the worker. `configure` wrote them down; no event and no project can
 * change them.
 */
interface Places {
  homeDir: string;
  /** Claude Code's folders that ccotel is set up for, `~/.claude` first. */
  configDirs: readonly string[];
}

/**
 * Reads from `installation.json` to which settings files `configure` has written. If an administrator's settings start
 * the worker, that file does not exist, and the folder in the user's home applies. `env`: the worker's environment.
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

/** The folder of Claude Code that the session is in, or the first one if it is in none of them. */
export function configDirOf(transcriptPath: string, { configDirs }: Places): string {
  const around = configDirs.find((dir) => transcriptPath.startsWith(join(dir, "projects") + sep));
  return around ?? (configDirs[0] as string);
}

function settingsFiles({ installation }: Home): string[] {
  return Object.keys(object(readJson(installation, MAX_BYTES.settings)?.settings) ?? {});
}
