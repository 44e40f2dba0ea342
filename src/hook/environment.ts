import type { Env } from "../config/source.ts";

/** What an event keeps of the hook's environment: DESIGN §6. The rest may hold secrets and stays where it is. */
const KEPT =
  /^(TRACEPARENT|TRACESTATE|CLAUDE_PID|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CONFIG_DIR|CLAUDE_PROJECT_DIR|CCOTEL_[A-Z_]*|https?_proxy|all_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i;

/** What the worker is started with: enough to run, nothing that it could leak. */
const WORKER = [
  "PATH",
  "HOME",
  "USERPROFILE",
  "SystemRoot",
  "TEMP",
  "TMP",
  "TMPDIR",
  "NODE_EXTRA_CA_CERTS",
  "CLAUDE_CONFIG_DIR",
];

/** The kept variables as `NAME=value` lines; a value with a line break is none that we know. */
export function keptLines(env: Env): string {
  return Object.entries(env)
    .filter(([name, value]) => KEPT.test(name) && value !== undefined && !/[\r\n]/.test(value))
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

export function workerEnv(env: Env, home: string): Record<string, string> {
  const kept: Record<string, string> = { CCOTEL_HOME: home };
  for (const [name, value] of Object.entries(env)) {
    // Windows does not care about the case of names.
    if (value !== undefined && WORKER.some((known) => known.toLowerCase() === name.toLowerCase()))
      kept[name] = value;
  }
  return kept;
}
