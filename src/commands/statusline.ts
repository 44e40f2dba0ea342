import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../cli/command.ts";
import { machineOf } from "../cli/machine.ts";
import { write } from "../cli/output.ts";
import { UserError } from "../config/user-error.ts";
import { ccotelHome } from "../settings/locations.ts";
import { quoteWord } from "../shell-word.ts";

/**
 * `ccotel statusline`: does what the script of `configure --statusline` does, for users who write their own entry.
 * Passes the JSON on stdin to that script. Passes it also to the command after `--`, if any, and prints that command's
 * output unchanged.
 */
export const run: Run = async (input, io) => {
  const script = join(ccotelHome(machineOf(io)), "bin", "statusline.sh");
  if (!existsSync(script)) {
    throw new UserError("ccotel's status line is not installed.", {
      hint: "Run ccotel configure --statusline.",
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  const said = Buffer.concat(chunks);
  const ours = spawnSync("/bin/sh", [script], { input: said });
  if (input.targets.length === 0) {
    await write(io.stdout, ours.stdout.toString("utf8"));
    return 0;
  }
  const theirs = spawnSync("/bin/sh", ["-c", shellLine(input.targets)], { input: said });
  await write(io.stdout, theirs.stdout.toString("utf8"));
  return theirs.status ?? 1;
};

/** One word is a line for the shell. Of several, a shell has already taken the quotes away. */
function shellLine(words: readonly string[]): string {
  const [line = "", ...more] = words;
  return more.length === 0 ? line : words.map(quoteWord).join(" ");
}
