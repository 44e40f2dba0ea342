import { homedir } from "node:os";
import { readSettingsEnv } from "../../config/claude/settings-env.ts";
import { withoutDestination } from "../../config/destination-env.ts";
import { type Config, loadConfig, readiness } from "../../config/load.ts";
import type { Problem } from "../../config/problem.ts";
import { resolveSending, type SenderConfig } from "../../config/sending.ts";
import type { Env, Flags } from "../../config/source.ts";
import type { ContentPolicy } from "../../telemetry/content/policy.ts";
import { openContent } from "./content-policy.ts";
import { readPrices } from "./price-file.ts";

/** What a delivery needs, from the user's settings and an environment. */
export interface Prepared {
  config: Config;
  sender: SenderConfig;
  /** The user's home folder. */
  homeDir: string;
  /** Which prompts, answers, commands and file contents may leave. */
  content: ContentPolicy;
  problems: readonly Problem[];
  /** The problems that came from the files and the helper that the settings name for sending. */
  sendingProblems: readonly Problem[];
  readiness: ReturnType<typeof readiness>;
  /** Text of the user's price file. Set only if the settings name one and it is valid. */
  priceFile?: string;
}

/**
 * Loads the configuration for sending. `otelFromEnvironment` is for a command that a user runs: `OTEL_*` variables of
 * the environment then count. Without an endpoint, `sender` has no target and nothing is sent.
 */
export async function prepare(input: PrepareInput): Promise<Prepared> {
  const { loaded, homeDir } = load(input);
  const { config } = loaded;
  const sending = await resolveSending(config, { env: input.env, userAgent: input.userAgent });
  const content = await openContent(config, homeDir);
  const prices = readPrices(config.prices);
  const problems = [
    ...loaded.problems,
    ...sending.problems,
    ...content.problems,
    ...(prices.problem === undefined ? [] : [prices.problem]),
  ];
  const prepared: Prepared = {
    config,
    sender: sending.sender,
    content: content.policy,
    homeDir,
    problems,
    sendingProblems: sending.problems,
    readiness: readiness({ ...loaded, problems }),
  };
  return prices.text === undefined ? prepared : { ...prepared, priceFile: prices.text };
}

/** Loads the settings alone: reads no headers file or certificate that they name, and runs no `otelHeadersHelper`. */
export function configOf(input: LoadInput): Config {
  return load(input).loaded.config;
}

interface PrepareInput extends LoadInput {
  userAgent: string;
}

export interface LoadInput {
  env: Env;
  /**
   * The environment is the file that `configure` wrote. The proxies of the settings take precedence over those in it.
   */
  isInstalled?: boolean;
  /** The settings of an additional destination. They replace all settings about the usual destination. */
  instead?: Env;
  flags?: Flags;
  otelFromEnvironment: boolean;
  homeDir?: string;
}

function load(input: LoadInput) {
  const homeDir = input.homeDir ?? homedir();
  const settings = readSettingsEnv({ env: input.env, homeDir });
  const { proxies, others } = input.isInstalled
    ? splitProxies(input.env)
    : { proxies: {}, others: input.env };
  const { instead } = input;
  const common = (env: Env) => (instead === undefined ? env : withoutDestination(env));
  const loaded = loadConfig({
    env: { ...common(others), ...instead },
    managedEnv: common(settings.managedEnv),
    settingsEnv: { ...proxies, ...common(settings.env) },
    headersHelper: instead === undefined ? settings.headersHelper : undefined,
    otelFromEnvironment: input.otelFromEnvironment,
    homeDir,
    ...(input.flags === undefined ? {} : { flags: input.flags }),
  });
  return { loaded, homeDir };
}

const PROXIES = new Set(["http_proxy", "https_proxy", "all_proxy", "no_proxy"]);

function splitProxies(env: Env): { proxies: Env; others: Env } {
  const isProxy = ([name]: [string, unknown]) => PROXIES.has(name.toLowerCase());
  const entries = Object.entries(env);
  return {
    proxies: Object.fromEntries(entries.filter(isProxy)),
    others: Object.fromEntries(entries.filter((entry) => !isProxy(entry))),
  };
}
