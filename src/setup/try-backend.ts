import { managedSettingsPaths } from "../config/claude/managed.ts";
import { parseSettingsEnv, readManagedEnv } from "../config/claude/settings-env.ts";
import { type Config, type LoadedConfig, loadConfig, readiness } from "../config/load.ts";
import type { Problem } from "../config/problem.ts";
import { resolveSending } from "../config/sending.ts";
import type { Env } from "../config/source.ts";
import { parseHeadersFile } from "../config/text/headers.ts";
import { UserError } from "../config/user-error.ts";
import { type Probe, sendProbes } from "../otlp/probe.ts";
import { VERSION } from "../version.ts";
import type { Standing } from "./current.ts";
import type { Setup } from "./plan.ts";

/** Returns the configuration that hooks will have with the new settings. Throws a `UserError` if it has errors. */
export function configToCome(settingsText: string | null, standing: Standing): LoadedConfig {
  const { place, settingsPath } = standing;
  const { env: settingsEnv, headersHelper } = parseSettingsEnv(settingsText ?? "", settingsPath);
  const managed = readManagedEnv(place.managed ?? managedSettingsPaths(place.platform));
  const loaded = loadConfig({
    env: asHooksSeeIt(place.env, { ...settingsEnv, ...managed.env }),
    managedEnv: managed.env,
    settingsEnv,
    headersHelper: managed.headersHelper ?? headersHelper,
    homeDir: place.homeDir,
  });
  refuseErrors(loaded.problems);
  return loaded;
}

/** Sends a test item of each signal with the new configuration, before it is written. */
export async function checkBackend(
  loaded: LoadedConfig,
  { headersFile }: Setup,
  standing: Standing,
): Promise<Probe[]> {
  const { place, installation } = standing;
  if (readiness(loaded) !== "ready") return [];
  const config = headersFile === undefined ? loaded.config : withHeaders(loaded.config, headersFile);
  const userAgent = `ccotel/${VERSION}`;
  const { sender, problems } = await resolveSending(config, { env: place.env, userAgent });
  refuseErrors(problems);
  const instance = installation?.serviceInstanceId;
  const facts = {
    serviceName: config.serviceName,
    distroVersion: VERSION,
    extra: config.resourceAttributes,
    ...(instance === undefined ? {} : { serviceInstanceId: instance }),
  };
  return sendProbes(sender, facts, place.nowMs);
}

/** Claude Code gives the settings' `env` block precedence over the environment that it was started in. */
function asHooksSeeIt(env: Env, settingsEnv: Env): Env {
  return Object.fromEntries(
    Object.entries(env).filter(([key]) => !key.startsWith("CCOTEL_") || settingsEnv[key] === undefined),
  );
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
