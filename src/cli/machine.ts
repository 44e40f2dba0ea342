import { readSettingsEnv } from "../config/claude/settings-env.ts";
import type { Env } from "../config/source.ts";
import type { Machine } from "../doctor/facts/gather.ts";
import { VERSION } from "../version.ts";
import type { Io } from "./io.ts";

/** What the commands about the installation look at: this machine, as the hooks of Claude Code see it. */
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

/** Where ccotel's folder was moved, `configure` has noted that in the settings for the hooks, and so for everybody. */
function withHome({ env, homeDir }: Io): Env {
  if (env.CCOTEL_HOME) return env;
  const settings = readSettingsEnv({ env, homeDir });
  const CCOTEL_HOME = settings.managedEnv.CCOTEL_HOME ?? settings.env.CCOTEL_HOME;
  return CCOTEL_HOME ? { ...env, CCOTEL_HOME } : env;
}
