import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Io } from "../cli/io.ts";
import { write } from "../cli/output.ts";
import { createProgress } from "../cli/progress.ts";
import { noticesFile } from "../notify/settings.ts";
import { listBackups } from "../settings/file.ts";
import { removeSkillsPlugin, skillsPluginFolder } from "../settings/hooks/plugin.ts";
import { removeHome } from "../settings/installation/install.ts";
import type { Installation } from "../settings/installation/installation.ts";
import { furtherFile } from "../state/destinations/further.ts";
import type { Home } from "../state/home.ts";
import { waitForLock } from "../state/lock.ts";

/** Running clients notice a changed settings file within this time (seen with Claude Code 2.1.329). */
const RELOAD_MS = 3_000;

/** How long to wait for a worker to finish. */
const WORKER_MS = 10_000;

/** Removes our plugin from the skills folders beside these settings files. Returns the folders that held it. */
export async function removeSkillsPlugins(settingsPaths: readonly string[]): Promise<string[]> {
  const removed: string[] = [];
  for (const configDir of new Set(settingsPaths.map((path) => dirname(path)))) {
    if (await removeSkillsPlugin(configDir)) removed.push(skillsPluginFolder(configDir));
  }
  return removed;
}

/** Waits until running sessions have loaded the new settings. */
export async function waitForReload(io: Io): Promise<void> {
  const progress = createProgress(io);
  const steps = 15;
  for (let step = 0; step < steps; step++) {
    progress.show(step / steps, "waiting until running sessions have noticed");
    await io.sleep(RELOAD_MS / steps);
  }
  progress.clear();
}

/**
 * Removes the files with tokens that `configure` wrote to ccotel's folder. Keeps a file in another folder, which the
 * user chose.
 */
export async function removeHeadersFiles(
  home: string,
  installation: Installation | undefined,
): Promise<void> {
  const named = Object.values(installation?.settings ?? {}).flatMap(({ values }) =>
    values.filter(({ path }) => path.join(".") === "env.CCOTEL_HEADERS_FILE").map(({ value }) => value),
  );
  const own = named.filter((path) => dirname(path) === home && /[/\\]headers(?:-[0-9a-f]{8})?$/.test(path));
  for (const path of [...own, furtherFile({ root: home }), noticesFile({ root: home })])
    await rm(path, { force: true });
}

/** Waits for a running worker. Then removes ccotel's whole folder and the backups of the settings. */
export async function purge(home: Home, settingsPaths: readonly string[], io: Io): Promise<void> {
  if (!existsSync(home.root)) return;
  const lock = await waitForLock(home.lock, WORKER_MS);
  const gone = await removeHome(home.root);
  lock?.release();
  if (gone) await write(io.stdout, `Removed:  ${home.root}\n`);
  for (const backup of (await Promise.all(settingsPaths.map(listBackups))).flat()) {
    await rm(backup, { force: true });
    await write(io.stdout, `Removed:  ${backup}\n`);
  }
}
