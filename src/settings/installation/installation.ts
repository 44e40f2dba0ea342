/** `installation.json`: the id of this installation, and what `configure` wrote where. Text in, text out. */

import { isRecord, parseJson } from "../../objects.ts";
import { type Manifest, parseManifest } from "../manifest.ts";

export interface Installation {
  /** `service.instance.id`: random, created once and never changed, because it identifies the series of the metrics. */
  readonly serviceInstanceId: string;
  /** The version of ccotel whose files are in `bin`. Undefined if there are none. */
  readonly version?: string;
  /** Absolute path of the Node program that the hook runs. */
  readonly node?: string;
  /** The preset that was chosen last. */
  readonly preset?: string;
  /** Names of the files in `bin`. */
  readonly files: readonly string[];
  /** The manifest of each settings file, by path. With different values of CLAUDE_CONFIG_DIR there are several. */
  readonly settings: Readonly<Record<string, Manifest>>;
}

/** Parses the text. Returns undefined if it is not an installation file. Skips a manifest that it cannot read. */
export function parseInstallation(text: string): Installation | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || typeof value.serviceInstanceId !== "string") return undefined;
  const manifests = Object.entries(isRecord(value.settings) ? value.settings : {}).flatMap(([path, item]) => {
    const manifest = parseManifest(item);
    return manifest ? [[path, manifest] as const] : [];
  });
  const files = Array.isArray(value.files) ? value.files : [];
  return {
    serviceInstanceId: value.serviceInstanceId,
    ...optional("version", value.version),
    ...optional("node", value.node),
    ...optional("preset", value.preset),
    files: files.filter((file): file is string => typeof file === "string" && /^[\w.-]+$/.test(file)),
    settings: Object.fromEntries(manifests),
  };
}

/** Returns the text of the file. */
export function formatInstallation(installation: Installation): string {
  return `${JSON.stringify(installation, null, 2)}\n`;
}

function optional<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  return (typeof value === "string" ? { [key]: value } : {}) as { [P in K]?: string };
}
