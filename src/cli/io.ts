import { homedir, userInfo } from "node:os";
import type { Writable } from "node:stream";
import type { Env } from "../config/source.ts";

/** Everything that a command has of the world, so that the whole tool runs inside a test with buffers. */
export interface Io {
  /** For results. */
  readonly stdout: Writable;
  /** For remarks. */
  readonly stderr: Writable;
  readonly env: Env;
  readonly homeDir: string;
  readonly cwd: string;
  /** Which streams a person sits at. */
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
  /** Whether results may be coloured. */
  readonly colors: boolean;
  readonly now: () => number;
  /** Path of the built program, `dist/ccotel.cjs`, beside which its parts lie. */
  readonly program: string;
}

/** The real streams and surroundings of this process. */
export function processIo(program: string): Io {
  const { stdin, stdout, stderr } = process;
  return {
    stdout,
    stderr,
    env: process.env,
    // An empty HOME would make every path in it one below the folder that somebody happens to be in.
    homeDir: homedir() || userInfo().homedir,
    cwd: process.cwd(),
    isTerminal: {
      stdin: stdin.isTTY === true,
      stdout: stdout.isTTY === true,
      stderr: stderr.isTTY === true,
    },
    columns: stdout.columns || 80,
    colors: stdout.isTTY === true && stdout.hasColors(),
    now: Date.now,
    program,
  };
}
