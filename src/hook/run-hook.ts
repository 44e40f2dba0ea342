import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Env } from "../config/source.ts";
import { keptLines, workerEnv } from "./environment.ts";

/**
 * What the hook does, in Node: for Windows, and behind `ccotel hook`. The same contract as `hook.sh`: puts the event
 * into the inbox, starts the worker as an orphan, throws nothing and prints nothing.
 */
export function runHook(options: { home: string; worker: string; env: Env; readInput?: () => string }): void {
  try {
    const inbox = join(options.home, "inbox");
    mkdirSync(inbox, { recursive: true, mode: 0o700 });
    putEvent(inbox, `${keptLines(options.env)}\n${(options.readInput ?? readInput)()}`);
  } catch {
    // A full disk, no folder, no input: the next event finds what this one would have named.
  }
  try {
    startWorker(options);
  } catch {
    // The event waits in the inbox.
  }
}

function readInput(): string {
  return readFileSync(0, "utf8");
}

function putEvent(inbox: string, content: string): void {
  const name = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const temporary = join(inbox, `.${name}`);
  try {
    writeFileSync(temporary, content, { mode: 0o600, flag: "wx" });
    renameSync(temporary, join(inbox, `${name}.json`));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function startWorker({ home, worker, env }: { home: string; worker: string; env: Env }): void {
  if (!existsSync(worker)) return;
  const child = spawn(process.execPath, [worker], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
    cwd: home,
    env: workerEnv(env, home),
  });
  child.on("error", () => {});
  child.unref();
}
