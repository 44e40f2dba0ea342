import { isAbsolute, join } from "node:path";
import type { Env } from "../config/source.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { parseWorkerEnv, WORKER_ENV_FILE, workerEnvText } from "../settings/worker-env.ts";
import { listed } from "../units.ts";
import type { CurrentSetup } from "./current.ts";

/** Whether the worker takes headers from this command's environment (`now`) or from an earlier setup (`as-before`). */
export type HeadersFromEnv = "now" | "as-before" | "none";

interface Stored {
  readonly headersFromEnv: HeadersFromEnv;
}

/** The environment that `configure` stores for the hooks and the worker, as text. */
export function workerEnvOf(setup: Stored, current: CurrentSetup): string {
  return workerEnvText(current.place, headersOf(setup, current));
}

/**
 * Returns the environments with headers that are in no file: the current one or, for the same backend, that of an
 * earlier setup.
 */
function headersOf({ headersFromEnv }: Stored, { home, place }: CurrentSetup): Env[] {
  if (headersFromEnv === "none") return [];
  if (headersFromEnv === "now") return [place.env];
  const noted = parseWorkerEnv(tryReadText(join(home, "bin", WORKER_ENV_FILE), MAX_BYTES.note) ?? "");
  return Object.keys(noted).some((name) => name.endsWith("HEADERS")) ? [place.env, noted] : [];
}

const CERTIFICATE = /^CCOTEL_(?:TRACES_|METRICS_|LOGS_)?(?:CERTIFICATE|CLIENT_CERTIFICATE|CLIENT_KEY)$/;

/**
 * Returns the certificates of the shell that runs `configure`, to be stored: without them the worker could not reach
 * the backend that accepts the test.
 */
export function certificatesIn(shell: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(shell).flatMap(([name, path = ""]) =>
      CERTIFICATE.test(name) && isAbsolute(path) ? [[name, path]] : [],
    ),
  );
}

/** The same for the settings. Does not replace what the user wrote there. */
export function certificatesFor({ place, env, ownEnv }: CurrentSetup): Record<string, string> {
  const found = Object.entries(certificatesIn(place.env));
  return Object.fromEntries(found.filter(([name]) => env[name] === undefined || name in ownEnv));
}

/** Returns a warning about variables of this shell that neither the settings nor the worker will have. */
export function unseenVariables(setup: Stored, current: CurrentSetup, settingsEnv: Env): string | undefined {
  const worker = parseWorkerEnv(workerEnvOf(setup, current));
  const names = Object.entries(current.place.env).flatMap(([name, value]) =>
    /^CCOTEL_(?!HOME$)/.test(name) && value && worker[name] !== value && settingsEnv[name] !== value
      ? [name]
      : [],
  );
  if (names.length === 0) return undefined;
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  return `${listed(names)} ${are} set in this shell, but hooks do not see ${them}: pass a flag instead, or add ${them} to the env block of settings.json.`;
}
