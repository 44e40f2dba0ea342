import { readSettingsEnv } from "../config/claude/settings-env.ts";
import type { Env } from "../config/source.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import { VERSION } from "../version.ts";
import type { Io } from "./io.ts";

/** Describes this machine as Claude Code's hooks see it, for the commands that manage the installation. */
export function machineOf(io: Io): Machine {
  return {
    platform: process.platform,
    homeDir: io.homeDir,
    env: withHome(io),
    folder: io.cwd,
    version: VERSION,
    nowMs: io.now(),
  };
}

/** Adds the `CCOTEL_HOME` that `configure` wrote to the settings, so that commands use the same folder as the hooks. */
function withHome({ env, homeDir }: Io): Env {
  if (env.CCOTEL_HOME) return env;
  const settings = readSettingsEnv({ env, homeDir });
  const CCOTEL_HOME = settings.managedEnv.CCOTEL_HOME ?? settings.env.CCOTEL_HOME;
  return CCOTEL_HOME ? { ...env, CCOTEL_HOME } : env;
}
