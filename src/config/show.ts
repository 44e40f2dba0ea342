import type { LoadedConfig, SourceKey } from "./load.ts";
import { globalOptions, type Option, showValue, signalOptions } from "./options.ts";
import { describeSource } from "./source.ts";

/** One line of `status`: a setting, its value (secrets masked) and where it came from. */
export interface SettingRow {
  readonly key: string;
  readonly value: string;
  readonly source: string;
}

/** Every setting with its value and source, in the table's order; what is the same for both signals is one row. */
export function settingRows({ config, sources }: LoadedConfig): readonly SettingRow[] {
  const global: Readonly<Record<string, unknown>> = {
    ...config,
    traces: config.traces.enabled,
    metrics: config.metrics.enabled,
    httpProxy: config.proxy.http,
    httpsProxy: config.proxy.https,
    noProxy: config.proxy.except,
  };
  const row = (key: string, option: Option<unknown>, value: unknown, sourceKey: string): SettingRow => ({
    key,
    value: showValue(option, value),
    source: describeSource(sources[sourceKey as SourceKey]),
  });
  const rows = entries(globalOptions).map(([key, option]) => row(key, option, global[key], key));

  for (const [key, option] of entries(signalOptions)) {
    if (key === "protocol") continue;
    const [traces, metrics] = (["traces", "metrics"] as const).map((signal) => {
      const values: Readonly<Record<string, unknown>> = { ...config[signal], endpoint: config[signal].url };
      return row(`${signal}.${key}`, option, values[key], `${signal}.${key}`);
    }) as [SettingRow, SettingRow];
    const same = traces.value === metrics.value && traces.source === metrics.source;
    rows.push(...(same ? [{ ...traces, key }] : [traces, metrics]));
  }
  return rows;
}

function entries(table: object): readonly [string, Option<unknown>][] {
  return Object.entries(table as Readonly<Record<string, Option<unknown>>>);
}
