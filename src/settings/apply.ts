/** Runs `configure` and `uninstall` on the real file: connects the text edits with the file and the manifest. */

import { dirname } from "node:path";
import { binsInText, type Change, configureText, uninstallText } from "./edit.ts";
import { type Edited, editSettings, readSettings, refusal } from "./file.ts";
import { saveManifest } from "./installation/install.ts";
import { readInstallation } from "./installation/read-installation.ts";
import type { Manifest } from "./manifest.ts";
import { diffSettings } from "./text/diff.ts";

interface Target {
  /** The settings file. */
  readonly path: string;
  /** ccotel's folder, which holds the manifest. */
  readonly home: string;
}

export interface Plan {
  readonly before: string | null;
  readonly after: string | null;
  /** A unified diff with secrets masked. Empty if nothing changes. */
  readonly diff: string;
}

/** Returns what `applyChange` would do. Writes nothing. */
export async function planChange(target: Target, change: Change): Promise<Plan> {
  const { manifest } = await earlierSetup(target, change);
  const before = await readSettings(target.path);
  return plan(target, before, configureOrRefuse(target, before, change, manifest).text);
}

/** Writes a change. Saves the manifest with the earlier values before it writes the settings. */
export async function applyChange(target: Target, change: Change): Promise<Edited<Manifest>> {
  const earlier = await earlierSetup(target, change);
  const edit = (text: string | null) => {
    const { text: after, manifest } = configureOrRefuse(target, text, change, earlier.manifest);
    return { text: after, result: manifest };
  };
  const save = async (manifest: Manifest) => void (await saveManifest(target.home, target.path, manifest));
  const edited = await editSettings(target.path, edit, save);
  // If the settings need no change, the manifest still may.
  if (edited.before === edited.after) await save(edited.result);
  if (earlier.home !== target.home) await saveManifest(earlier.home, target.path, undefined);
  return edited;
}

/** Returns what `applyUninstall` would do. `kept`: the keys that would be kept. Writes nothing. */
export async function planUninstall(target: Target): Promise<Plan & { readonly kept: readonly string[] }> {
  const manifest = await manifestOf(target);
  const before = await readSettings(target.path);
  const { text, kept } = uninstallOrRefuse(target, before, manifest);
  return { ...plan(target, before, text), kept };
}

/** Removes what is ours. The result names the keys that were kept because their values have changed since. */
export async function applyUninstall(target: Target): Promise<Edited<readonly string[]>> {
  const manifest = await manifestOf(target);
  const edited = await editSettings(target.path, (text) => {
    const { text: after, kept } = uninstallOrRefuse(target, text, manifest);
    return { text: after, result: kept };
  });
  if (manifest) await saveManifest(target.home, target.path, undefined);
  return edited;
}

/** Returns the settings files that an uninstall must check: the current one and each in the manifest. */
export async function configuredPaths({ path, home }: Target): Promise<string[]> {
  const installation = await readInstallation(home);
  return [...new Set([path, ...Object.keys(installation?.settings ?? {})])];
}

/**
 * Returns the manifest of an earlier `configure` of this file and its folder. An earlier one with another state folder
 * (`CCOTEL_HOME`) stored it there. The file has only one set of hooks, so this `configure` continues that manifest.
 */
async function earlierSetup(
  target: Target,
  change: Change,
): Promise<{ home: string; manifest: Manifest | undefined }> {
  const others = binsInText(await readSettings(target.path)).filter((bin) => bin !== change.bin);
  for (const home of others.map((bin) => dirname(bin))) {
    const manifest = await manifestOf({ ...target, home });
    if (manifest !== undefined) return { home, manifest };
  }
  return { home: target.home, manifest: await manifestOf(target) };
}

async function manifestOf({ path, home }: Target): Promise<Manifest | undefined> {
  return (await readInstallation(home))?.settings[path];
}

function configureOrRefuse(
  target: Target,
  text: string | null,
  change: Change,
  earlier: Manifest | undefined,
) {
  const done = configureText(text, change, earlier);
  if (done.kind === "refused") throw refusal(target.path, done.problem);
  return done;
}

function uninstallOrRefuse(target: Target, text: string | null, manifest: Manifest | undefined) {
  const done = uninstallText(text, manifest);
  if (done.kind === "refused") throw refusal(target.path, done.problem);
  return done;
}

function plan({ path }: Target, before: string | null, after: string | null): Plan {
  return { before, after, diff: diffSettings(before, after, path) };
}
