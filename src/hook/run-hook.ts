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

/** Where no worker comes to empty it, the inbox is full at some time. */
const MAX_EVENTS = 1000;

/** The client gives the event at once; whoever gives none for so long gives none. */
const LONGEST_SILENCE_MS = 5_000;

/**
 * What the hook does, in Node: for Windows, and behind `ccotel hook`. The same contract as `hook.sh`: puts the event
 * into the inbox, starts the worker as an orphan, throws nothing and prints nothing.
 */
export function runHook(options: {
  home: string;
  worker: string;
  env: Env;
  /** Whose session it is, where the state folder does not say that. */
  homeDir?: string;
  readInput?: () => string;
}): void {
  const { home, worker, env } = options;
  try {
    const input = keptInput((options.readInput ?? readInput)());
    if (input !== undefined) putEvent(join(home, "inbox"), `${eventLines(env)}\n${input}\n`);
  } catch {
    // A full disk, no folder, no input: the next event finds what this one would have named.
  }
  try {
    startWorker(home, worker, workerEnv(dirname(worker), home, env, options.homeDir ?? homeDirOf(home)));
  } catch {
    // The event waits in the inbox.
  }
}

/**
 * The state folder of a hook that lies in `folder`, as in `hook.sh`: the one around it, unless that is an
 * administrator's, whose entry may say another one. Undefined: what it says is no place on this disk.
 */
export function homeOf(folder: string, said: string = "~/.ccotel"): string | undefined {
  const around = dirname(folder);
  const isShared = basename(around) === "ccotel" && !existsSync(join(around, "installation.json"));
  if (basename(folder) === "bin" && !isShared) return around;
  // The system's own word: old clients let a project set HOME.
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

/** The beginning of the standard input, which may be a socket that has nothing to say yet. */
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
      // How Windows says that a pipe has ended.
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

/** Whose home the state folder is in. */
function homeDirOf(home: string): string {
  return userHomeOf(home) ?? userInfo().homedir;
}
