import { homedir, userInfo } from "node:os";
import { isAbsolute, resolve } from "node:path";
import type { Writable } from "node:stream";
import type { Env } from "../config/source.ts";

/** A command's whole environment. A test can run the whole tool with buffers in place of the streams. */
export interface Io {
  /** For results. */
  readonly stdout: Writable;
  /** For messages that are not results. */
  readonly stderr: Writable;
  readonly env: Env;
  readonly homeDir: string;
  readonly cwd: string;
  /** Which streams are connected to a terminal. */
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal for results in columns, or what COLUMNS says. Infinite in a pipe, so that nothing is cut. */
  readonly columns: number;
  /** Whether results may be colored. */
  readonly colors: boolean;
  readonly now: () => number;
  /** Waits for `ms`, for example before a retry. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Sets a flag of V8 for the whole process. Only a process that runs nothing but this command has it. */
  readonly setV8Flag?: (flag: string) => void;
  /** The compiled code of this command. Only a process that runs nothing but this command has it. */
  readonly code?: KeptCode;
  /** Path of the built program, `dist/ccotel.cjs`. Its other bundles lie in the same folder. */
  readonly program: string;
}

/** The code that V8 compiles of a command, which the next run of the same command takes. */
export interface KeptCode {
  /** Whether an earlier run has kept all that is loaded so far. */
  isKept(): boolean;
  /**
   * Takes all that is loaded and compiled so far, for `keep`, if it is not kept. To be called before V8's flags are
   * changed: V8 accepts code only under the flags that it was taken with. Never throws.
   */
  take(): void;
  /** Keeps what was taken or, if nothing was, all that is loaded and compiled so far. Never throws. */
  keep(): void;
}

/** Returns the streams and the environment of this process. */
export function processIo(program: string): Io {
  const { stdout, stderr } = process;
  const cwd = process.cwd();
  return {
    stdout,
    stderr,
    env: withFullPaths(process.env, cwd),
    // With an empty HOME, every path below it would be relative to the current folder.
    homeDir: homedir() || userInfo().homedir,
    cwd,
    isTerminal: {
      // Node opens stdin at the first look, and most commands never look.
      get stdin() {
        return process.stdin.isTTY === true;
      },
      stdout: stdout.isTTY === true,
      stderr: stderr.isTTY === true,
    },
    columns: stdout.columns || columnsIn(process.env) || (stdout.isTTY ? 80 : Number.POSITIVE_INFINITY),
    colors: stdout.isTTY === true && stdout.hasColors(),
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    setV8Flag: (flag) => {
      const { setFlagsFromString } = require("node:v8") as typeof import("node:v8");
      setFlagsFromString(flag);
    },
    program,
  };
}

/** The width that the environment names. Undefined without a valid one. */
function columnsIn({ COLUMNS }: Env): number | undefined {
  const columns = Number(COLUMNS);
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

const FOLDERS = ["CLAUDE_CONFIG_DIR", "CCOTEL_HOME"];

/**
 * Names folders by their full paths. `configure` writes them down, and the hooks that read them run in other folders: a
 * relative path would name a file of the project there.
 */
function withFullPaths(env: Env, cwd: string): Env {
  const relative = FOLDERS.flatMap((name) => {
    const value = env[name];
    // ccotel itself replaces a `~` at the beginning.
    return !value || value.startsWith("~") || isAbsolute(value) ? [] : [[name, resolve(cwd, value)]];
  });
  return relative.length === 0 ? env : { ...env, ...Object.fromEntries(relative) };
}
