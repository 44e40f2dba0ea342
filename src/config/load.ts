import { expandTilde } from "./home-folder.ts";
import { loadSignal, type SignalConfig } from "./load-signal.ts";
import { globalOptions } from "./options/global-options.ts";
import type { Option } from "./options/option.ts";
import type { signalOptions } from "./options/signal-options.ts";
import type { GlobalValues } from "./options/values.ts";
import { distinctProblems, type Problem, report } from "./problem.ts";
import { type Signal, signals } from "./signals.ts";
import { type Env, type Flags, findAll, layersOf, type Source } from "./source.ts";
import { isReachedDirectly } from "./text/no-proxy.ts";

/** The complete, checked configuration. */
export interface Config
  extends Omit<GlobalValues, Signal | "findings" | "serviceName" | "httpProxy" | "httpsProxy" | "noProxy">,
    Readonly<Record<Signal, SignalConfig>> {
  readonly serviceName: string;
  /** Whether the rules in signals/ assess tool calls. */
  readonly findings: boolean;
  readonly proxy: ProxyConfig;
}

export interface ProxyConfig {
  /** The proxy for http:// endpoints. */
  readonly http?: string | undefined;
  /** The proxy for https:// endpoints. */
  readonly https?: string | undefined;
  /** Hosts to reach directly, as in `NO_PROXY`. */
  readonly except?: string | undefined;
}

export interface ConfigInput {
  /** By flag name without dashes, as in the option table. */
  readonly flags?: Flags;
  /** The process environment, or the part of it that a hook event carries. */
  readonly env: Env;
  /** The `env` block of the user's own settings.json. Never pass project settings here. */
  readonly settingsEnv?: Env;
  /** The administrator's `env` block, which takes precedence over `settingsEnv`. */
  readonly managedEnv?: Env;
  /** `otelHeadersHelper` of the same files. */
  readonly headersHelper?: string | undefined;
  /**
   * Whether `OTEL_*` variables of the environment count. They do in manual runs; Claude Code removes them from hooks.
   */
  readonly otelFromEnvironment?: boolean;
  /** The user's home folder, for `~`. */
  readonly homeDir: string;
}

/** The keys of `sources`: `content`, `traces.endpoint`, … */
export type SourceKey = keyof GlobalValues | `${Signal}.${keyof typeof signalOptions}`;

export interface LoadedConfig {
  readonly config: Config;
  readonly sources: Readonly<Record<SourceKey, Source>>;
  readonly problems: readonly Problem[];
}

/**
 * Loads the configuration in this order of precedence: flags, `CCOTEL_*` environment, `OTEL_*` environment (manual
 * runs), the administrator's `env`, the user's `env` (each `CCOTEL_*` before `OTEL_*`), defaults. Reads no file and no
 * process. A bad value never falls through to a lower layer: it becomes a problem, and what depends on it stays unset.
 */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const layers = layersOf({
    flags: input.flags ?? {},
    env: input.env,
    managedEnv: input.managedEnv ?? {},
    settingsEnv: input.settingsEnv ?? {},
    otelFromEnvironment: input.otelFromEnvironment ?? false,
  });
  const problems: Problem[] = [];
  const sources: Partial<Record<SourceKey, Source>> = {};

  const values = Object.fromEntries(
    Object.entries(globalOptions as unknown as Readonly<Record<string, Option<unknown>>>).map(
      ([key, option]) => {
        const read = report(option, findAll(layers, option)[0], key, problems);
        sources[key as SourceKey] = read.source;
        return [key, read.value];
      },
    ),
  ) as unknown as GlobalValues;

  const paths = (path: string) => expandTilde(path, input.homeDir);
  const perSignal = Object.fromEntries(
    signals.map((signal) => {
      const loaded = loadSignal({
        signal,
        enabled: values[signal] && !values.sdkDisabled,
        layers,
        headersHelper: input.headersHelper,
        expandHome: paths,
      });
      for (const [key, source] of Object.entries(loaded.sources))
        sources[`${signal}.${key}` as SourceKey] = source;
      problems.push(...loaded.problems);
      return [signal, loaded.config];
    }),
  ) as Record<Signal, SignalConfig>;

  const { httpProxy, httpsProxy, noProxy, ...rest } = values;
  const found = problems.flatMap((problem) => ofNeedingSignals(problem, perSignal, noProxy));
  return {
    config: {
      ...rest,
      ...perSignal,
      home: paths(values.home),
      findings: values.findings ?? perSignal.logs.enabled,
      prices: values.prices && paths(values.prices),
      redact: values.redact === "on" || values.redact === "off" ? values.redact : paths(values.redact),
      serviceName: values.serviceName ?? values.resourceAttributes["service.name"] ?? "claude-code",
      proxy: { http: httpProxy, https: httpsProxy, except: noProxy },
    },
    sources: sources as Record<SourceKey, Source>,
    problems: distinctProblems(found),
  };
}

/** A faulty proxy stops only the signals that need it. They are not sent without the proxy. */
function ofNeedingSignals(
  problem: Problem,
  perSignal: Record<Signal, SignalConfig>,
  noProxy: string | undefined,
): Problem[] {
  const { key } = problem;
  if (key !== "httpProxy" && key !== "httpsProxy") return [problem];
  const scheme = key === "httpProxy" ? "http:" : "https:";
  const needing = signals.filter((signal) => {
    const { enabled, url } = perSignal[signal];
    if (!enabled || url === undefined) return false;
    const target = new URL(url);
    return target.protocol === scheme && !isReachedDirectly(target, noProxy);
  });
  for (const signal of needing) perSignal[signal] = { ...perSignal[signal], url: undefined };
  return needing.map((signal) => ({ ...problem, signal }));
}

/**
 * Returns whether ccotel can send: `ready` if at least one signal has a URL and nothing that applies to all signals is
 * wrong; `disabled` by OTEL_SDK_DISABLED or if every signal is off; `unconfigured` without any endpoint; `faulty` if a
 * setting is wrong. Only `ready` may send: a fault must cost neither data nor privacy.
 */
export function readiness({
  config,
  problems,
}: LoadedConfig): "ready" | "disabled" | "unconfigured" | "faulty" {
  if (config.sdkDisabled || signals.every((signal) => !config[signal].enabled)) return "disabled";
  const errors = problems.filter((problem) => problem.severity === "error");
  if (errors.some((problem) => problem.signal === undefined)) return "faulty";
  if (signals.some((signal) => config[signal].url)) return "ready";
  return errors.length > 0 ? "faulty" : "unconfigured";
}
