import { join } from "node:path";
import { homeOf, runHook } from "./run-hook.ts";

// The hook where there is no POSIX shell. It lies in the state folder's bin, beside the worker. An error that nobody has
// caught would be an error in somebody's session.
process.on("uncaughtException", () => process.exit(0));
const home = homeOf(__dirname, process.argv[3]);
if (home !== undefined) runHook({ home, worker: join(__dirname, "worker.cjs"), env: process.env });
process.exitCode = 0;
