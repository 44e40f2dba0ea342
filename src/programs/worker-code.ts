import { homedir } from "node:os";
import { usualHome } from "../config/home-folder.ts";
import { optimizeIfMuchIsRead } from "../files/v8-flags.ts";
import { homeAt } from "../state/home.ts";
import { realWorld } from "../state/world.ts";
import { runWorker } from "../worker/worker.ts";

// The background process that the hook starts, with the environment that `configure` wrote. Other variables in its
// environment are not settings: those are in the user's settings.json. Errors go to the log, since no user watches this
// process.
const FROM_CONFIGURE = new Set(
  [
    "PATH HOME USERPROFILE SystemRoot ComSpec TEMP TMP TMPDIR NODE_EXTRA_CA_CERTS",
    "CCOTEL_HOME CCOTEL_HEADERS CCOTEL_TRACES_HEADERS CCOTEL_METRICS_HEADERS CCOTEL_LOGS_HEADERS",
    "http_proxy https_proxy all_proxy no_proxy",
  ].flatMap((line) => line.toLowerCase().split(" ")),
);

const home = homeAt(process.env.CCOTEL_HOME || usualHome(homedir()));
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => FROM_CONFIGURE.has(name.toLowerCase())),
);
const world = realWorld(home, env);

optimizeIfMuchIsRead();

/** Resolves to true if the worker succeeded and sent something. Never rejects. */
export const hasSent: Promise<boolean> = runWorker(world).catch((error: unknown) => {
  world.log(`the worker failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
  return false;
});
