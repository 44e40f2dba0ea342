import { dirname, join } from "node:path";
import type { Run } from "../cli/command.ts";
import { runHook } from "../hook/run-hook.ts";
import { ccotelHome } from "../settings/locations.ts";

/** `ccotel hook`: the hook for whoever has the whole program at hand. Whatever happens, it ends well and says nothing. */
export const run: Run = async (_, io) => {
  // Nobody types an event in.
  if (io.isTerminal.stdin) return 0;
  const home = ccotelHome({ platform: process.platform, homeDir: io.homeDir, env: io.env });
  runHook({ home, worker: join(dirname(io.program), "worker.cjs"), env: io.env });
  return 0;
};
