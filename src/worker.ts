import { homedir } from "node:os";
import { join } from "node:path";
import { homeAt } from "./state/home.ts";
import { appendLine } from "./state/log.ts";
import { runWorker } from "./worker/worker.ts";

// The background process that the hook starts. Whatever goes wrong is a line in the log: nobody is watching.
const home = homeAt(process.env.CCOTEL_HOME || join(homedir(), ".ccotel"));
runWorker({ home, env: process.env }).catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  appendLine(home.log, `${new Date().toISOString()} the worker failed: ${text}`);
  process.exitCode = 1;
});
