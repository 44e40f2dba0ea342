import { execFile } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Io } from "../cli/io.ts";

const MAX_OUTPUT_BYTES = 64 << 20;

/**
 * Runs another command of ours in a process of its own that leaves the processor to others, so that a server goes on
 * answering. Gives each line of JSON that it printed; `closed` ends it.
 */
export function runOwnCommand(args: readonly string[], io: Io, closed: AbortSignal): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [io.program, ...args, "--json"],
      { cwd: io.cwd, env: io.env as NodeJS.ProcessEnv, maxBuffer: MAX_OUTPUT_BYTES, signal: closed },
      (error, stdout, stderr) => {
        // `audit` ends with 1 when it has something to complain of, and has printed it all the same.
        if (error !== null && (error.code !== 1 || stdout === ""))
          return reject(new Error(stderr.trim() || error.message));
        const lines = stdout.split("\n").filter((line) => line !== "");
        resolve(lines.map((line): unknown => JSON.parse(line)));
      },
    );
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Some systems do not let one.
    }
  });
}
