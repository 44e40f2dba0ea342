import { maskUrl } from "../../config/text/secret.ts";
import { type Guard, guardsOf } from "../../settings/guards.ts";
import { object } from "../../transcript/fields.ts";
import type { Facts } from "./facts.ts";
import { isTruthy, nativeValue, ownEntries, readable } from "./settings-facts.ts";

/** A form in which the hooks are installed. */
export type InstalledForm =
  | {
      readonly form: "settings";
      readonly path: string;
      readonly events: readonly string[];
      readonly script: string;
    }
  | { readonly form: "plugin"; readonly id: string; readonly enabled: boolean };

/** Returns every form in which the hooks are installed. Empty if ccotel is not installed. */
export function installedForms(facts: Facts): InstalledForm[] {
  const files = readable(facts).flatMap(({ path, settings }): InstalledForm[] => {
    const entries = ownEntries(facts, settings);
    const script = entries[0]?.script;
    if (script === undefined) return [];
    return [{ form: "settings", path, events: [...new Set(entries.map(({ event }) => event))], script }];
  });
  return [...files, ...facts.plugins.map((plugin) => ({ form: "plugin" as const, ...plugin }))];
}

/** Whether hooks of ccotel may run on this machine: also those of a project in another folder, or of another user folder. */
export function isInstalled(facts: Facts): boolean {
  return facts.installation?.version !== undefined || installedForms(facts).length > 0;
}

/**
 * Returns the deny rules that `configure --deny` wrote, by settings file. `missing` are those that were removed since.
 */
export function deniedByUs(
  facts: Facts,
): { path: string; groups: Guard[]; rules: readonly string[]; missing: string[] }[] {
  return Object.entries(facts.installation?.settings ?? {}).flatMap(([path, { denied: rules = [] }]) => {
    const file = readable(facts).find((one) => one.path === path);
    if (rules.length === 0 || file === undefined) return [];
    const { permissions } = file.settings as { permissions?: { deny?: unknown } };
    const there: unknown[] = Array.isArray(permissions?.deny) ? permissions.deny : [];
    const missing = rules.filter((rule) => !there.includes(rule));
    return [{ path, groups: guardsOf(rules), rules, missing }];
  });
}

/**
 * Returns the settings files to which `configure --statusline` wrote, and whether our status line is still there.
 */
export function statusLinesOfUs(facts: Facts): { path: string; isInPlace: boolean }[] {
  return Object.entries(facts.installation?.settings ?? {}).flatMap(([path, { values }]) => {
    const ours = values.find((value) => value.path.join(".") === "statusLine.command");
    const file = readable(facts).find((one) => one.path === path);
    if (ours === undefined || file === undefined) return [];
    return [{ path, isInPlace: object(file.settings.statusLine)?.command === ours.value }];
  });
}

/** Returns what Claude Code's own telemetry sends, and where. Empty if it is off. */
export function nativeSignals(facts: Facts): { signal: string; exporter: string; endpoint?: string }[] {
  if (!isTruthy(nativeValue(facts, "CLAUDE_CODE_ENABLE_TELEMETRY")?.value)) return [];
  const of = (key: string) => nativeValue(facts, key)?.value;
  return ["METRICS", "LOGS", "TRACES"].flatMap((signal) => {
    const exporter = of(`OTEL_${signal}_EXPORTER`);
    if (exporter === undefined || exporter === "none") return [];
    const endpoint = of(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ?? of("OTEL_EXPORTER_OTLP_ENDPOINT");
    const named = { signal: signal.toLowerCase(), exporter };
    return [endpoint === undefined ? named : { ...named, endpoint: maskUrl(endpoint) }];
  });
}
