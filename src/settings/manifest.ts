/**
 * Records what `configure` did to a settings file, so that `uninstall` undoes exactly that. Stored in
 * `installation.json`.
 */

import { isRecord } from "../objects.ts";
import type { HookRegistration } from "./hooks/hook-entry.ts";

/** A key that ccotel set. `before` is the JSON text that it replaced, null if there was none. */
export interface SetValue {
  readonly path: readonly string[];
  readonly value: string;
  readonly before: string | null;
}

/** An object or list that was missing (null) or empty (its text, with spaces) before ccotel added to it. */
export interface FilledContainer {
  readonly path: readonly string[];
  readonly before: string | null;
}

export interface Manifest {
  /** Absolute path of the folder whose scripts our entries run. */
  readonly bin: string;
  readonly values: readonly SetValue[];
  readonly containers: readonly FilledContainer[];
  readonly hooks: readonly HookRegistration[];
  /** Rules that ccotel added to `permissions.deny`. */
  readonly denied?: readonly string[];
  /** Set if the file had no content before: its text, or null if there was no file. */
  readonly blank?: { readonly text: string | null };
}

/** Reads a manifest from parsed JSON. Returns undefined if it is not a manifest (an older file, an edit by hand). */
export function parseManifest(value: unknown): Manifest | undefined {
  if (!isRecord(value)) return undefined;
  const { bin, values, containers, hooks, denied, blank } = value;
  const fits =
    typeof bin === "string" &&
    Array.isArray(values) &&
    values.every((item) => isPlaced(item) && typeof item.value === "string") &&
    Array.isArray(containers) &&
    containers.every(isPlaced) &&
    Array.isArray(hooks) &&
    hooks.every((item) => isRecord(item) && typeof item.event === "string" && isRecord(item.handler)) &&
    (denied === undefined || (Array.isArray(denied) && denied.every((rule) => typeof rule === "string"))) &&
    (blank === undefined || (isRecord(blank) && isTextOrNull(blank.text)));
  return fits ? (value as unknown as Manifest) : undefined;
}

function isPlaced(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const { path, before } = value;
  return Array.isArray(path) && path.every((key) => typeof key === "string") && isTextOrNull(before);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}
