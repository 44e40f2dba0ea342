import { join } from "node:path";
import type { Env } from "../config/source.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";

/**
 * What an event may say of the hook's environment. The rest may hold secrets, or come from a cloned repository's
 * settings: where data goes, what leaves and where files lie was fixed by `configure`.
 */
const SAID_BY_EVENTS = ["TRACEPARENT", "TRACESTATE", "CLAUDE_PID", "CLAUDE_CODE_ENTRYPOINT"];

/** A value is a word of a protocol; none of these is longer. */
const MAX_VALUE = 1024;

/** The file beside the programs with the worker's whole environment, as `NAME=value` lines. */
const WORKER_ENV_FILE = "worker-env";

/** Without these no process gets far on Windows; no project's settings can make them name another system. */
const OF_THE_SYSTEM = ["SystemRoot", "TEMP", "TMP"];

/** The variables of an event as `NAME=value` lines; a value with a line break is none that we know. */
export function eventLines(env: Env): string {
  return SAID_BY_EVENTS.flatMap((name) => {
    const value = env[name];
    const isUsable = value !== undefined && value.length <= MAX_VALUE && !/[\r\n]/.test(value);
    return isUsable ? [`${name}=${value}\n`] : [];
  }).join("");
}

/** Reads `eventLines` back; any other variable, as older hooks have written them, is left out. */
export function parseEventLines(text: string): Record<string, string> {
  return Object.fromEntries(linesOf(text).filter(([name]) => SAID_BY_EVENTS.includes(name)));
}

/** The environment of the worker whose programs lie in `bin`: what `configure` has written there. */
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
