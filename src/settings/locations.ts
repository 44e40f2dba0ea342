/** Where Claude Code keeps its settings, by platform and environment. Pure functions: they do not read the disk. */

import { posix, win32 } from "node:path";
import { usualHome } from "../config/home-folder.ts";

export { managedSettingsPaths } from "../config/claude/managed.ts";

export interface Place {
  readonly platform: NodeJS.Platform;
  /** The user's home folder. */
  readonly homeDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Returns Claude Code's folder: `CLAUDE_CONFIG_DIR`, else `~/.claude`. */
export function configDir({ platform, homeDir, env }: Place): string {
  const { join } = paths(platform);
  return env.CLAUDE_CONFIG_DIR || join(homeDir, ".claude");
}

/** Returns the path of the user's settings file. */
export function userSettingsPath(place: Place): string {
  return paths(place.platform).join(configDir(place), "settings.json");
}

/** Returns the paths of a project's shared settings and of the user's own settings in it. */
export function projectSettingsPaths(
  platform: NodeJS.Platform,
  folder: string,
): { readonly project: string; readonly local: string } {
  const { join } = paths(platform);
  return {
    project: join(folder, ".claude", "settings.json"),
    local: join(folder, ".claude", "settings.local.json"),
  };
}

/** Returns ccotel's folder: `CCOTEL_HOME`, else `~/.ccotel`. */
export function ccotelHome({ platform, homeDir, env }: Place): string {
  const { join } = paths(platform);
  const home = env.CCOTEL_HOME?.replace(/^~(?=$|[/\\])/, homeDir);
  return home || usualHome(homeDir, join);
}

function paths(platform: NodeJS.Platform): typeof posix {
  return platform === "win32" ? win32 : posix;
}
