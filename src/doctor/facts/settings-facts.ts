/** Questions about settings that several checks ask. */

import { ownScript } from "../../settings/hook-entry.ts";
import { list, object } from "../../transcript/fields.ts";
import type { Facts, Scope, SettingsFact } from "./facts.ts";

export interface ReadSettings {
  readonly scope: Scope;
  readonly path: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mode: number | undefined;
}

/** The files that could be read, of the scopes named or of all. */
export function readable(facts: Facts, ...scopes: Scope[]): ReadSettings[] {
  return facts.settings.flatMap(({ scope, path, content }: SettingsFact) => {
    if (content.kind !== "read" || (scopes.length > 0 && !scopes.includes(scope))) return [];
    return [{ scope, path, settings: content.settings, mode: content.mode }];
  });
}

/** The `env` block of a settings object, as it stands; empty when there is none. */
export function envOf(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return object(settings.env) ?? {};
}

/**
 * The value that native telemetry takes for a key: the administrator's, else the user's, else the shell's. Project
 * files do not count for these keys, and a value in settings wins over one in the shell.
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

/** Every hook entry of a settings object that has the right shape. */
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

/** Those entries that run a script of ours. */
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
