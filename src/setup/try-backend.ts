import { managedSettingsPaths } from "../config/claude/managed.ts";
import { parseSettingsEnv, readManagedEnv } from "../config/claude/settings-env.ts";
import { type Config, type LoadedConfig, loadConfig, readiness } from "../config/load.ts";
import type { Problem } from "../config/problem.ts";
import { resolveSending } from "../config/sending.ts";
import { parseHeadersFile } from "../config/text/headers.ts";
import { UserError } from "../config/user-error.ts";
import { type Probe, sendProbes, testResource } from "../otlp/probe.ts";
import { parseWorkerEnv } from "../settings/worker-env.ts";
import { VERSION } from "../version.ts";
import type { CurrentSetup } from "./current.ts";
import type { Setup } from "./plan.ts";
import { workerEnvOf } from "./worker-env.ts";

/** Returns the configuration that the worker will have with the new settings. Throws a `UserError` if it has errors. */
export function configToCome(settingsText: string | null, setup: Setup, current: CurrentSetup): LoadedConfig {
  const { place, settingsPath } = current;
  const { env: settingsEnv, headersHelper } = parseSettingsEnv(settingsText ?? "", settingsPath);
  const managed = readManagedEnv(place.managed ?? managedSettingsPaths(place.platform));
  const loaded = loadConfig({
    env: parseWorkerEnv(workerEnvOf(setup, current)),
    managedEnv: managed.env,
    settingsEnv,
    headersHelper: managed.headersHelper ?? headersHelper,
    homeDir: place.homeDir,
  });
  refuseErrors(loaded.problems);
  return loaded;
}

/**
 * Sends a test item of each signal with the new configuration, before it is written. Throws a `UserError` if headers or
 * certificates cannot be read. `sends`: false to check only these.
 */
export async function checkBackend(
  loaded: LoadedConfig,
  setup: Setup,
  current: CurrentSetup,
  { sends }: { sends: boolean },
): Promise<Probe[]> {
  const { headersFile } = setup;
  const { place, installation } = current;
  if (readiness(loaded) !== "ready") return [];
  const config = headersFile === undefined ? loaded.config : withHeaders(loaded.config, headersFile);
  const userAgent = `ccotel/${VERSION}`;
  const { sender, problems } = await resolveSending(config, {
    env: parseWorkerEnv(workerEnvOf(setup, current)),
    userAgent,
  });
  refuseErrors(problems);
  if (!sends) return [];
  return sendProbes(sender, testResource(config, installation?.serviceInstanceId), place.nowMs);
}

/** Adds the headers of the headers file, which is not written yet. */
function withHeaders(config: Config, { path, text }: NonNullable<Setup["headersFile"]>): Config {
  const parsed = parseHeadersFile(text);
  if (!parsed.ok) throw new Error("The headers file that will be written cannot be read.");
  const fill = (signal: Config["traces"]): Config["traces"] => {
    const { headersFile, ...rest } = signal;
    return headersFile === path ? { ...rest, headers: { ...parsed.value, ...rest.headers } } : signal;
  };
  return { ...config, traces: fill(config.traces), metrics: fill(config.metrics), logs: fill(config.logs) };
}

function refuseErrors(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const lacksHeaders = errors.some(({ key }) => key.startsWith("headers"));
    const remedy = lacksHeaders ? " Run the command with the backend and its token again." : "";
    throw new UserError(errors.map(({ message }) => message).join("\n"), {
      hint: `Nothing was changed.${remedy}`,
    });
  }
}
