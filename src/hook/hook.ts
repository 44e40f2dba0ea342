import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { runHook } from "./run-hook.ts";

// The hook where there is no POSIX shell. It lies in the state folder's bin, beside the worker.
const home =
  process.env.CCOTEL_HOME || (__dirname.endsWith("bin") ? dirname(__dirname) : join(homedir(), ".ccotel"));
runHook({ home, worker: join(__dirname, "worker.cjs"), env: process.env });
process.exitCode = 0;
