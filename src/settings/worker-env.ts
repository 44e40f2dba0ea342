/** The environment of the background worker, as `configure` lays it down for every session to come. Pure: text out. */

import { delimiter, isAbsolute } from "node:path";
import type { Place } from "./locations.ts";

/** Its name beside the programs. */
export const WORKER_ENV_FILE = "worker-env";

/** What the network needs, as it was where `configure` ran; the user's settings go before what it says of proxies. */
const OF_THE_NETWORK = /^(NODE_EXTRA_CA_CERTS|(https?|all|no)_proxy)$/i;

/** What Windows needs to start a program. */
const OF_WINDOWS = /^(SystemRoot|ComSpec|TEMP|TMP)$/i;

/** Headers that are nowhere but in the environment where `configure` runs (`--secrets env`). */
const HEADERS = /^CCOTEL_(TRACES_|METRICS_|LOGS_)?HEADERS$/;

/**
 * `NAME=value` lines. `headersOf`: the environments to take headers from, the first that has any. A session's own environment never gets to the worker, since a cloned repository's settings may be in
 * there; what it needs is taken from the environment of the user who sets ccotel up.
 */
export function workerEnvText(
  { platform, homeDir, env }: Place,
  headersOf: readonly Place["env"][] = [],
): string {
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

/** The variables that a text of this kind says. */
export function parseWorkerEnv(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => /^([^=]+)=(.*)$/.exec(line));
  return Object.fromEntries(lines.flatMap((line) => (line === null ? [] : [[line[1], line[2]]])));
}

function headersIn(env: Place["env"]): [string, string | undefined][] {
  return Object.entries(env).filter(([name, value]) => HEADERS.test(name) && value);
}

/** Where a headers helper's programs and a moved Node are found. npx puts folders of the project in front: not those. */
function searchPath(env: Place["env"]): string {
  const path = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH")?.[1] ?? "";
  const folders = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !/[\\/]node_modules[\\/]/.test(`${folder}/`));
  return [...new Set(folders)].join(delimiter);
}
