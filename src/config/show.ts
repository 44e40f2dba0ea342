import type { LoadedConfig, SourceKey } from "./load.ts";
import { envNames, globalOptions, type Option, showValue, signalOptions } from "./options/options.ts";
import { type Signal, signals } from "./signals.ts";
import { describeSource, type Source } from "./source.ts";

/** One line of `status`: a setting, its value (secrets masked) and its source. */
export interface SettingRow {
  readonly key: string;
  /** The variable that sets it. */
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/**
 * Returns every setting with its value and source, in the table's order. A setting with the same value for all signals
 * has one row.
 */
export function settingRows({ config, sources }: LoadedConfig): readonly SettingRow[] {
  const global: Readonly<Record<string, unknown>> = {
    ...config,
    traces: config.traces.enabled,
    metrics: config.metrics.enabled,
    logs: config.logs.enabled,
    httpProxy: config.proxy.http,
    httpsProxy: config.proxy.https,
    noProxy: config.proxy.except,
  };
  const row = (
    key: string,
    option: Option<unknown>,
    value: unknown,
    sourceKey: string,
    signal?: Signal,
  ): SettingRow => ({
    key,
    name: nameOf(option, sources[sourceKey as SourceKey], signal),
    value: showValue(option, value),
    source: describeSource(sources[sourceKey as SourceKey]),
  });
  const rows = entries(globalOptions).map(([key, option]) => row(key, option, global[key], key));

  for (const [key, option] of entries(signalOptions)) {
    if (key === "protocol") continue;
    // Skip signals that are off: they do not use their endpoint.
    const shown = signals.filter((signal) => signal === "traces" || config[signal].enabled);
    const each = shown.map((signal) => {
      const values: Readonly<Record<string, unknown>> = { ...config[signal], endpoint: config[signal].url };
      return row(`${signal}.${key}`, option, values[key], `${signal}.${key}`, signal);
    });
    const [first] = each as [SettingRow];
    const same = each.every(({ value, source }) => value === first.value && source === first.source);
    const name = envNames(option)[0] ?? key;
    const isShared = same && first.source === "default";
    rows.push(...(same ? [{ ...first, key, ...(isShared ? { name } : {}) }] : each));
  }
  return rows;
}

/** Returns the variable that holds the value, or the one that would set it. */
function nameOf(option: Option<unknown>, source: Source, signal: Signal | undefined): string {
  if (source.kind === "env" || source.kind === "settings" || source.kind === "managed") return source.name;
  if (source.kind === "merged") return nameOf(option, source.parts[0] ?? { kind: "default" }, signal);
  return envNames(option, signal)[0] ?? "";
}

function entries(table: object): readonly [string, Option<unknown>][] {
  return Object.entries(table as Readonly<Record<string, Option<unknown>>>);
}
