import { execFile } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Io } from "../cli/io.ts";

const MAX_OUTPUT_BYTES = 64 << 20;

/**
 * Runs another ccotel command in a child process with low priority, so that the server keeps responding. Resolves to
 * the JSON lines that it printed, parsed. Rejects with its stderr if it fails. `closed` ends the process.
 */
export function runOwnCommand(args: readonly string[], io: Io, closed: AbortSignal): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [io.program, ...args, "--json"],
      { cwd: io.cwd, env: io.env as NodeJS.ProcessEnv, maxBuffer: MAX_OUTPUT_BYTES, signal: closed },
      (error, stdout, stderr) => {
        // `audit` exits with 1 when it finds something, and prints its result nonetheless.
        if (error !== null && (error.code !== 1 || stdout === ""))
          return reject(new Error(stderr.trim() || error.message));
        const lines = stdout.split("\n").filter((line) => line !== "");
        resolve(lines.map((line): unknown => JSON.parse(line)));
      },
    );
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Some systems do not allow this.
    }
  });
}
