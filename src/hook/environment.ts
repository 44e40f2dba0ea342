import { join } from "node:path";
import type { Env } from "../config/source.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";

/**
 * The only variables of the hook's environment that an event may contain. Others may hold secrets or come from the
 * settings of a cloned repository. `configure` has already fixed the destination, the content level and the places of
 * all files.
 */
const SAID_BY_EVENTS = ["TRACEPARENT", "TRACESTATE", "CLAUDE_PID", "CLAUDE_CODE_ENTRYPOINT"];

/** Longest accepted value, in characters. All of these variables are shorter. */
const MAX_VALUE = 1024;

/** The file in `bin` that holds the worker's whole environment, as `NAME=value` lines. */
const WORKER_ENV_FILE = "worker-env";

/** Windows needs these variables to start a process. A project's settings cannot use them to start another system. */
const OF_THE_SYSTEM = ["SystemRoot", "TEMP", "TMP"];

/** The variables of an event as `NAME=value` lines. Omits a value with a line break. */
export function eventLines(env: Env): string {
  return SAID_BY_EVENTS.flatMap((name) => {
    const value = env[name];
    const isUsable = value !== undefined && value.length <= MAX_VALUE && !/[\r\n]/.test(value);
    return isUsable ? [`${name}=${value}\n`] : [];
  }).join("");
}

/** Parses `eventLines`. Ignores any other variable, which older hooks have written. */
export function parseEventLines(text: string): Record<string, string> {
  return Object.fromEntries(linesOf(text).filter(([name]) => SAID_BY_EVENTS.includes(name)));
}

/**
 * The environment of the worker whose programs are in `bin`: HOME, the system's variables, what `configure` wrote in
 * `bin`, and CCOTEL_HOME. Later ones take precedence.
 */
export function workerEnv(bin: string, home: string, env: Env, homeDir: string): Record<string, string> {
  const system = OF_THE_SYSTEM.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return { HOME: homeDir, ...Object.fromEntries(system), ...readWorkerEnv(bin), CCOTEL_HOME: home };
}

function readWorkerEnv(bin: string): Record<string, string> {
  return Object.fromEntries(linesOf(tryReadText(join(bin, WORKER_ENV_FILE), MAX_BYTES.note) ?? ""));
}

function linesOf(text: string): [string, string][] {
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const equals = line.indexOf("=");
    return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)]] : [];
  });
}
