import { existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { Run } from "../cli/command.ts";
import type { Io } from "../cli/io.ts";
import { readSettingsEnv } from "../config/claude/settings-env.ts";
import { runHook } from "../hook/run-hook.ts";
import { ccotelHome } from "../settings/locations.ts";

/** `ccotel hook`: the hook for whoever has the whole program at hand. Whatever happens, it ends well and says nothing. */
export const run: Run = async (_, io) => {
  // Nobody types an event in.
  if (io.isTerminal.stdin) return 0;
  const home = stateFolder(io);
  if (home !== undefined)
    runHook({ home, worker: join(dirname(io.program), "worker.cjs"), env: io.env, homeDir: homeDirOf(io) });
  return 0;
};

/**
 * Where the event goes: to the folder that the user's settings name, or that is installed. A project's settings may set
 * `CCOTEL_HOME`, so the environment is asked only where nothing is installed, and no folder in the project counts.
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

/** `HOME`, unless it lies in the project, as the settings of a project can make it in old clients. */
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

/** What is not there yet will be the user's own. */
function isOwn(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined || process.getuid === undefined || stats.uid === process.getuid();
}
