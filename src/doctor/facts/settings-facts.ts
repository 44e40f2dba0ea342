/** Questions about settings that several checks need. */

import { ownScript } from "../../settings/hooks/hook-entry.ts";
import { list, object } from "../../transcript/fields.ts";
import type { Facts, Scope, SettingsFact } from "./facts.ts";

export interface ReadSettings {
  readonly scope: Scope;
  readonly path: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mode: number | undefined;
}

/** Returns the files that could be read, of the given scopes or of all. */
export function readable(facts: Facts, ...scopes: Scope[]): ReadSettings[] {
  return facts.settings.flatMap(({ scope, path, content }: SettingsFact) => {
    if (content.kind !== "read" || (scopes.length > 0 && !scopes.includes(scope))) return [];
    return [{ scope, path, settings: content.settings, mode: content.mode }];
  });
}

/** Returns the `env` block of a settings object. Empty if missing. */
export function envOf(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return object(settings.env) ?? {};
}

/**
 * Returns the value that native telemetry uses for a key: the administrator's, else the user's, else the shell's.
 * Project files do not count for these keys. A value in settings takes precedence over one in the shell.
 */
export function nativeValue(facts: Facts, key: string): { value: string; source: string } | undefined {
  for (const { path, settings } of readable(facts, "managed", "user")) {
    const value = envOf(settings)[key];
    if (["string", "number", "boolean"].includes(typeof value) && value !== "")
      return { value: String(value), source: path };
  }
  const value = facts.env[key];
  return value ? { value, source: "the environment" } : undefined;
}

export interface HookEntry {
  readonly event: string;
  readonly handler: Readonly<Record<string, unknown>>;
}

/** Returns every hook entry of a settings object that has the right shape. */
function hookEntries(settings: Readonly<Record<string, unknown>>): HookEntry[] {
  return Object.entries(object(settings.hooks) ?? {}).flatMap(([event, groups]) =>
    list(groups).flatMap((group) =>
      list(object(group)?.hooks).flatMap((item) => {
        const handler = object(item);
        return handler ? [{ event, handler }] : [];
      }),
    ),
  );
}

/** Returns the entries that run a script of ours. */
export function ownEntries(
  facts: Facts,
  settings: Readonly<Record<string, unknown>>,
): (HookEntry & { script: string })[] {
  const bins = Object.values(facts.installation?.settings ?? {}).map(({ bin }) => bin);
  return hookEntries(settings).flatMap((entry) => {
    const script = ownScript(entry.handler, bins);
    return script === undefined ? [] : [{ ...entry, script }];
  });
}

/** Whether Claude Code takes the value of a variable for yes. */
export function isTruthy(value: string | undefined): boolean {
  return /^(?:1|true|yes|on)$/i.test(value ?? "");
}
