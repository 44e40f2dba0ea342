import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { expandTilde, userHomeOf } from "../config/home-folder.ts";
import type { Env } from "../config/source.ts";
import { eventLines, workerEnv } from "./environment.ts";
import { keptInput, MAX_INPUT_BYTES } from "./event-input.ts";

/** The inbox holds at most this many events. It fills up if no worker empties it. */
const MAX_EVENTS = 1000;

/** Claude Code writes the event at once. After this silence, the hook expects no more input. */
const LONGEST_SILENCE_MS = 5_000;

/**
 * The hook in Node, for Windows and for `ccotel hook`. Does the same as `hook.sh`: puts the event into the inbox and
 * starts the worker as an orphan. Throws nothing and prints nothing.
 */
export function runHook(options: {
  home: string;
  worker: string;
  env: Env;
  /** The user's home folder, if the state folder does not tell it. */
  homeDir?: string;
  readInput?: () => string;
}): void {
  const { home, worker, env } = options;
  try {
    const input = keptInput((options.readInput ?? readInput)());
    if (input !== undefined) putEvent(join(home, "inbox"), `${eventLines(env)}\n${input}\n`);
  } catch {
    // The disk is full, the folder is missing, or there is no input. The next event leads the worker to the same
    // session.
  }
  try {
    startWorker(home, worker, workerEnv(dirname(worker), home, env, options.homeDir ?? homeDirOf(home)));
  } catch {
    // The event stays in the inbox for the next worker.
  }
}

/**
 * The state folder of a hook in `folder`, as in `hook.sh`: the folder above `bin`. An administrator's programs are
 * shared, so there `said` names the state folder. Undefined: `said` is not an absolute path.
 */
export function homeOf(folder: string, said: string = "~/.ccotel"): string | undefined {
  const around = dirname(folder);
  const isShared = basename(around) === "ccotel" && !existsSync(join(around, "installation.json"));
  if (basename(folder) === "bin" && !isShared) return around;
  // The home folder comes from the system, because old versions of Claude Code let a project set HOME.
  const home = /^~./.test(said) ? expandTilde(said, userInfo().homedir) : said;
  return isAbsolute(home) ? home : undefined;
}

function putEvent(inbox: string, content: string): void {
  mkdirSync(inbox, { recursive: true, mode: 0o700 });
  if (lstatSync(inbox).isSymbolicLink()) return;
  if (readdirSync(inbox, { withFileTypes: true }).filter((entry) => entry.isFile()).length >= MAX_EVENTS)
    return;
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

/** Reads the start of the standard input, which may be a socket without data yet. */
function readInput(): string {
  const chunks: Buffer[] = [];
  const buffer = Buffer.allocUnsafe(65_536);
  let size = 0;
  for (let silentMs = 0; silentMs < LONGEST_SILENCE_MS && size < MAX_INPUT_BYTES; ) {
    try {
      const bytes = readSync(0, buffer, 0, buffer.length, null);
      if (bytes === 0) break;
      chunks.push(Buffer.from(buffer.subarray(0, bytes)));
      size += bytes;
      silentMs = 0;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Windows reports the end of a pipe with this error.
      if (code === "EOF") break;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      silentMs += 10;
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}

function startWorker(home: string, worker: string, env: Record<string, string>): void {
  if (!existsSync(worker)) return;
  const child = spawn(process.execPath, [worker], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
    cwd: home,
    env,
  });
  child.on("error", () => {});
  child.unref();
}

/** The home folder that the state folder is in, or that of the process's user. */
function homeDirOf(home: string): string {
  return userHomeOf(home) ?? userInfo().homedir;
}
