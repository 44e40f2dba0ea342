import { spawn } from "node:child_process";
import { dict } from "../../dict.ts";
import { isRecord, parseJson } from "../../objects.ts";
import type { Env } from "../source.ts";
import { type Headers, isSendable } from "../text/headers.ts";
import { no, type Parsed, yes } from "../text/parse.ts";

const MAX_OUTPUT = 64 * 1024;

/**
 * Runs `otelHeadersHelper` as Claude Code does: a shell command that prints a JSON object of strings. Its output is
 * secret, so an error says only what kind of failure it was.
 */
export async function runHeadersHelper(
  command: string,
  options: { env: Env; timeoutMs?: number },
): Promise<Parsed<Headers>> {
  const run = await runShell(command, options.env, options.timeoutMs ?? 10_000);
  return run.ok ? parseOutput(run.value) : run;
}

function parseOutput(output: string): Parsed<Headers> {
  const wrong = no('must print a JSON object of string values, such as {"authorization": "Bearer …"}');
  const parsed = parseJson(output);
  if (!isRecord(parsed)) return wrong;
  const headers = dict<string>();
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== "string" || !isSendable(name, value)) return wrong;
    headers[name.toLowerCase()] = value;
  }
  return yes(headers);
}

function runShell(command: string, env: Env, timeoutMs: number): Promise<Parsed<string>> {
  return new Promise((resolve) => {
    // With its own process group, the timeout can end everything that the command started, not only the shell.
    const grouped = process.platform !== "win32";
    const child = spawn(command, {
      shell: true,
      detached: grouped,
      env,
      stdio: ["ignore", "pipe", "ignore"],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;

    const finish = (result: Parsed<string>) => {
      clearTimeout(timer);
      child.stdout.destroy();
      resolve(result);
    };
    const stop = (expected: string) => {
      try {
        if (grouped && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // The process has already exited.
      }
      finish(no(expected));
    };
    const timer = setTimeout(() => stop(`must answer within ${timeoutMs / 1000} s`), timeoutMs);

    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_OUTPUT) stop("must print less than 64 KB");
    });
    child.on("error", (error) => finish(no(`must be a command that starts (${error.message})`)));
    child.on("close", (code, signal) => {
      if (code === 0) finish(yes(Buffer.concat(chunks).toString("utf8")));
      else finish(no(`must end with exit code 0, not ${code ?? signal}`));
    });
  });
}
