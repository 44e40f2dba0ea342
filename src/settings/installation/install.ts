/**
 * Copies the hook scripts and bundles to `<CCOTEL_HOME>/bin`, so that they survive a cleared npx cache or a removed
 * package. Keeps `installation.json` in `<CCOTEL_HOME>`.
 */

import { randomUUID } from "node:crypto";
import { chmod, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../config/user-error.ts";
import { writeAtomic } from "../../disk/atomic-write.ts";
import { giveAllToOwner, makeFolder } from "../../disk/owner.ts";
import type { Manifest } from "../manifest.ts";
import { formatInstallation, type Installation } from "./installation.ts";
import { installationPath, readInstallation } from "./read-installation.ts";

/** A file for `bin`: its name, and the file to copy or the text to write. */
export type SourceFile =
  | { readonly name: string; readonly from: string; readonly executable?: boolean }
  | { readonly name: string; readonly text: string; readonly executable?: boolean };

/**
 * Copies the files and writes `installation.json`. Replaces each file in one step, so that a hook that runs at the same
 * time finds the old or the new one. Removes files of an older version that are not among the new ones. Creates the id
 * on the first call and keeps it.
 */
export async function installFiles(
  home: string,
  files: readonly SourceFile[],
  about: { readonly version: string; readonly node: string; readonly preset?: string | undefined },
): Promise<Installation> {
  const bin = join(home, "bin");
  const earlier = await readInstallation(home);
  try {
    await makePrivate(home);
    await giveAllToOwner(home);
    await makePrivate(bin);
    for (const file of files) {
      const content = "from" in file ? await readFile(file.from) : file.text;
      const mode = file.executable ? 0o700 : 0o600;
      writeAtomic(join(bin, file.name), content, { mode, owner: "of the folder" });
    }
  } catch (error) {
    throw new UserError(`${bin} could not be filled: ${(error as Error).message}.`, {
      cause: error,
      hint: "Check the folder's permissions and the free space, or set CCOTEL_HOME to another folder.",
    });
  }
  const names = files.map(({ name }) => name);
  for (const old of earlier?.files ?? []) if (!names.includes(old)) await rm(join(bin, old), { force: true });
  const { version, node, preset = earlier?.preset } = about;
  return save(home, {
    serviceInstanceId: earlier?.serviceInstanceId ?? randomUUID(),
    version,
    node,
    ...(preset === undefined ? {} : { preset }),
    files: names,
    settings: earlier?.settings ?? {},
  });
}

/** Saves the manifest of a settings file. Undefined removes it. */
export async function saveManifest(
  home: string,
  settingsPath: string,
  manifest: Manifest | undefined,
): Promise<Installation> {
  await makePrivate(home);
  const installation = (await readInstallation(home)) ?? blank();
  const others = Object.entries(installation.settings).filter(([path]) => path !== settingsPath);
  const own = manifest ? [[settingsPath, manifest] as const] : [];
  return save(home, { ...installation, settings: Object.fromEntries([...others, ...own]) });
}

/**
 * Undoes `installFiles`: removes its files, and the folder if it is empty. Call it only when the hook entries are gone
 * from every settings file: for a missing script Claude Code shows an error line in the session. Keeps the id, so that
 * a new installation continues the series of the metrics. Keeps data that has not been delivered.
 */
export async function removeFiles(home: string): Promise<Installation | undefined> {
  const installation = await readInstallation(home);
  if (!installation) return undefined;
  const bin = join(home, "bin");
  for (const name of installation.files) await rm(join(bin, name), { force: true });
  await rmdir(bin).catch(() => undefined);
  const { version: _, ...rest } = installation;
  return save(home, { ...rest, files: [] });
}

/** Removes ccotel's whole folder with its state. Does nothing if the folder holds no installation. */
export async function removeHome(home: string): Promise<boolean> {
  if (!(await readInstallation(home))) return false;
  await rm(home, { recursive: true, force: true });
  return true;
}

/** Writes a file with secrets that only its owner can read. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(path), 0o700);
    writeAtomic(path, text, { owner: "of the folder" });
  } catch (error) {
    throw new UserError(`${path} could not be written: ${(error as Error).message}.`, {
      cause: error,
      hint: "Choose another path for the headers file.",
    });
  }
}

/** Returns the names of the files in `bin`, to compare them with the expected ones. */
export async function listFiles(home: string): Promise<string[]> {
  return (await readdir(join(home, "bin")).catch(() => [])).sort();
}

function blank(): Installation {
  return { serviceInstanceId: randomUUID(), files: [], settings: {} };
}

async function save(home: string, installation: Installation): Promise<Installation> {
  writeAtomic(installationPath(home), formatInstallation(installation), { owner: "of the folder" });
  return installation;
}

/** An existing folder may have wider permissions from an earlier mkdir of another program. */
async function makePrivate(folder: string): Promise<void> {
  await makeFolder(folder, 0o700);
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0 && process.platform !== "win32") await chmod(folder, 0o700);
}
