import { existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readSettingsEnv } from "../config/claude/settings-env.ts";
import { runHook } from "../hook/run-hook.ts";
import { ccotelHome } from "../settings/locations.ts";

/**
 * `ccotel hook`: the hook for a setup that calls the whole program. It exits with 0 and prints nothing, whatever
 * happens.
 */
export const run: Run = async (_, io) => {
  // On a terminal there is no event to read.
  if (io.isTerminal.stdin) return 0;
  const home = stateFolder(io);
  if (home !== undefined)
    runHook({ home, worker: join(dirname(io.program), "worker.cjs"), env: io.env, homeDir: homeDirOf(io) });
  return 0;
};

/**
 * Returns the folder for the event: the one in the user's settings, or the installed one. A project's settings may set
 * `CCOTEL_HOME`. Therefore the environment counts only if nothing is installed, and never with a folder inside the
 * project.
 */
function stateFolder(io: Io): string | undefined {
  const place = { platform: process.platform, homeDir: homeDirOf(io) };
  const { managedEnv, env } = readSettingsEnv({ env: {}, homeDir: place.homeDir });
  const CCOTEL_HOME = managedEnv.CCOTEL_HOME ?? env.CCOTEL_HOME;
  const usual = ccotelHome({ ...place, env: CCOTEL_HOME === undefined ? {} : { CCOTEL_HOME } });
  if (CCOTEL_HOME !== undefined || existsSync(join(usual, "installation.json"))) return usual;
  const said = ccotelHome({ ...place, env: io.env });
  return isAbsolute(said) && !isInProject(said, io) && isOwn(said) ? said : undefined;
}

/** Returns `HOME`, unless it lies in the project: in old clients a project's settings can set it. */
function homeDirOf(io: Io): string {
  return isInProject(io.homeDir, io) ? userInfo().homedir : io.homeDir;
}

function isInProject(path: string, { cwd, env }: Io): boolean {
  return [cwd, env.CLAUDE_PROJECT_DIR].some((folder) => {
    if (!folder) return false;
    const way = relative(folder, path);
    return !way.startsWith("..") && !isAbsolute(way);
  });
}

/** Returns whether the path belongs to this user. A missing folder does: this user will create it. */
function isOwn(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || process.getuid === undefined || stats.uid === process.getuid();
}
