/**
 * Builds the environment of the background worker, which `configure` writes for all later sessions. Text in, text out.
 */

import { delimiter, isAbsolute } from "node:path";
import type { Place } from "./locations.ts";

/** Name of the file, in the folder of the programs. */
export const WORKER_ENV_FILE = "worker-env";

/** Network variables, from the environment of `configure`. Proxies in the user's settings take precedence. */
const OF_THE_NETWORK = /^(NODE_EXTRA_CA_CERTS|(https?|all|no)_proxy)$/i;

/** What Windows needs to start a program. */
const OF_WINDOWS = /^(SystemRoot|ComSpec|TEMP|TMP)$/i;

/** Headers that exist only in the environment of `configure` (`--secrets env`). */
const HEADERS = /^CCOTEL_(TRACES_|METRICS_|LOGS_)?HEADERS$/;

/**
 * Returns `NAME=value` lines. `headersOf` lists environments; headers come from the first one that has any. The worker
 * never gets a session's own environment, since a cloned repository's settings can change it. It gets what it needs
 * from the environment of the user who runs `configure`.
 */
export function workerEnvText({ platform, homeDir, env }: Place, headersOf: readonly Place["env"][]): string {
  const isWindows = platform === "win32";
  const taken = Object.entries(env).filter(
    ([name]) => OF_THE_NETWORK.test(name) || (isWindows ? OF_WINDOWS.test(name) : name === "TMPDIR"),
  );
  const lines: [string, string | undefined][] = [
    [isWindows ? "USERPROFILE" : "HOME", homeDir],
    ["PATH", searchPath(env)],
    ...taken,
    ...(headersOf.map(headersIn).find((headers) => headers.length > 0) ?? []),
  ];
  return lines
    .filter(([, value]) => value !== undefined && value !== "" && !/[\r\n]/.test(value))
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Parses such a text into variables. */
export function parseWorkerEnv(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => /^([^=]+)=(.*)$/.exec(line));
  return Object.fromEntries(lines.flatMap((line) => (line === null ? [] : [[line[1], line[2]]])));
}

function headersIn(env: Place["env"]): [string, string | undefined][] {
  return Object.entries(env).filter(([name, value]) => HEADERS.test(name) && value);
}

/**
 * The folders in which to find the programs of a headers helper and a moved Node. Skips the project's folders that npx
 * prepends.
 */
function searchPath(env: Place["env"]): string {
  const path = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH")?.[1] ?? "";
  const folders = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !/[\\/]node_modules[\\/]/.test(`${folder}/`));
  return [...new Set(folders)].join(delimiter);
}
