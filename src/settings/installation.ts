/** `installation.json`: which installation this is, and what `configure` put where. Text in, text out. */

import { isRecord } from "../objects.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

export interface Installation {
  /** `service.instance.id`: random, made once and never again, because the series of the metrics hang on it. */
  readonly serviceInstanceId: string;
  /** The version of ccotel whose files lie in `bin`; undefined when none do. */
  readonly version?: string;
  /** Absolute path of the Node program that the hook runs. */
  readonly node?: string;
  /** The preset that was chosen last. */
  readonly preset?: string;
  /** Names of the files in `bin`. */
  readonly files: readonly string[];
  /** What was done to each settings file, by its path; there are several where CLAUDE_CONFIG_DIR differs. */
  readonly settings: Readonly<Record<string, Manifest>>;
}

/**
 * Reads the text; undefined when it is not the file of an installation. A manifest that cannot be read is left out.
 */
export function parseInstallation(text: string): Installation | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
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

/** The text of the file. */
export function formatInstallation(installation: Installation): string {
  return `${JSON.stringify(installation, null, 2)}\n`;
}

function optional<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  return (typeof value === "string" ? { [key]: value } : {}) as { [P in K]?: string };
}
