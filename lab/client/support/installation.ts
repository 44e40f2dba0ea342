// ccotel as installed in a user's home: the scripts in the state folder, and ccotel's entries in the settings.

import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hookRegistrations } from "../../../src/settings/hooks/hook-entry.ts";
import { PROGRAMS } from "../../../src/setup/apply.ts";
import type { Home } from "../../../src/state/home.ts";
import { parseVersion } from "../../../src/versions.ts";

/** The build under test. */
export const dist = fileURLToPath(new URL("../../../dist", import.meta.url));

/** The `hooks` block of a settings file. */
export type Hooks = Record<string, { hooks: object[] }[]>;

/** Copies the hook, the worker and the bundles it loads for content to the state folder, as `configure` does. */
export function installScripts(home: Home): void {
  mkdirSync(home.bin, { recursive: true, mode: 0o700 });
  for (const name of PROGRAMS) copyFileSync(join(dist, name), join(home.bin, name));
  chmodSync(join(home.bin, "hook.sh"), 0o755);
  writeFileSync(join(home.bin, "node-path"), `${process.execPath}\n`);
}

/** ccotel's entries, as `configure` writes them for this client version. */
export function ownHooks(home: Home, clientVersion: string): Hooks {
  const registrations = hookRegistrations({
    bin: home.bin,
    platform: process.platform,
    node: process.execPath,
    client: parseVersion(clientVersion),
  });
  return Object.fromEntries(registrations.map(({ event, handler }) => [event, [{ hooks: [handler] }]]));
}
