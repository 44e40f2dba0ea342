import { join } from "node:path";
import { homeOf, runHook } from "./run-hook.ts";

// The hook for systems without a POSIX shell. It is in `bin` of the state folder, beside the worker. An uncaught error
// would show up in the user's session, so the process then exits with code 0.
process.on("uncaughtException", () => process.exit(0));
const home = homeOf(__dirname, process.argv[3]);
if (home !== undefined) runHook({ home, worker: join(__dirname, "worker.cjs"), env: process.env });
process.exitCode = 0;
