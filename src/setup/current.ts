import type { Facts, PluginFact } from "../doctor/facts/facts.ts";
import { gatherFacts } from "../doctor/facts/gather.ts";
import type { Machine } from "../doctor/facts/machine.ts";
import { readable } from "../doctor/facts/settings-facts.ts";
import { isTelemetryKey } from "../settings/edit.ts";
import type { Installation } from "../settings/installation/installation.ts";
import { movedPath } from "../settings/installation/moved.ts";
import { ccotelHome, userSettingsPath } from "../settings/locations.ts";
import { object, text } from "../transcript/fields.ts";
import type { Version } from "../versions.ts";

/** The state before `configure` changes anything. */
export interface CurrentSetup {
  readonly place: Machine;
  readonly home: string;
  readonly settingsPath: string;
  readonly client: Version | undefined;
  readonly plugins: readonly PluginFact[];
  readonly installation: Installation | undefined;
  /** The `env` block of the user's settings. */
  readonly env: Readonly<Record<string, string>>;
  /** The part of it that an earlier `configure` wrote, with the current values. Paths in a moved home are the new ones. */
  readonly ownEnv: Readonly<Record<string, string>>;
  /** `otelHeadersHelper`, if an earlier `configure` wrote it. */
  readonly otelHeadersHelper: string | undefined;
  /** The current command of the status line. Undefined if there is none. */
  readonly statusLine: string | undefined;
  /** Whether the user set up native telemetry without ccotel. */
  readonly nativeIsForeign: boolean;
  readonly facts: Facts;
}

/** Reads the current state of this machine. Writes nothing. */
export async function readCurrentSetup(place: Machine): Promise<CurrentSetup> {
  const facts = await gatherFacts(place);
  const settingsPath = userSettingsPath(place);
  const settings = readable(facts, "user")[0]?.settings ?? {};
  const env = textsOf(settings.env);
  const home = ccotelHome(place);
  const manifest = facts.installation?.settings[settingsPath];
  const now = (value: string) => (manifest === undefined ? value : movedPath(value, manifest, home));
  const written = new Set(manifest?.values.map(({ path }) => path.join(".")));
  const isOwn = (key: string) =>
    manifest === undefined ? key.startsWith("CCOTEL_") : written.has(`env.${key}`);
  const foreign = Object.keys(env).filter((key) => !isOwn(key));
  const helper = settings.otelHeadersHelper;
  return {
    place,
    home,
    settingsPath,
    client: facts.client,
    plugins: facts.plugins,
    installation: facts.installation,
    env,
    ownEnv: Object.fromEntries(
      Object.entries(env).flatMap(([key, value]) => (isOwn(key) ? [[key, now(value)]] : [])),
    ),
    otelHeadersHelper: written.has("otelHeadersHelper") && typeof helper === "string" ? helper : undefined,
    statusLine: text(object(settings.statusLine)?.command),
    nativeIsForeign: foreign.some((key) => isTelemetryKey(key) && /_EXPORTER$|ENABLE_TELEMETRY$/.test(key)),
    facts,
  };
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
