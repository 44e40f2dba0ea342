// The folder for the programs. It is outside the repository, so that the programs survive a fresh clone. `made/` has
// one folder for each recipe. Its name depends on the whole recipe: another version, or another list of components, has
// another folder. The current programs are links beside `made/`, by name.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const cacheFolder = process.env.CCOTEL_BACKENDS || join(homedir(), ".cache", "ccotel-backends");

/** The folder for the programs of a recipe, which may not exist yet. */
export function folderOf(recipe) {
  const { kind, version, module, package: name, packages, tags } = recipe;
  const made = createHash("sha256").update(JSON.stringify({ kind, version, module, name, packages, tags }));
  if (recipe.manifest !== undefined) made.update(readFileSync(manifestOf(recipe)));
  return join(cacheFolder, "made", `${recipe.name}-${version}-${made.digest("hex").slice(0, 8)}`);
}

/** Path of a recipe's list of components, if it has one. */
export function manifestOf(recipe) {
  return fileURLToPath(new URL(recipe.manifest, import.meta.url));
}

/** True if the recipe's folder exists. Folders are built elsewhere and then moved, so an existing one is complete. */
export function isMade(recipe) {
  return existsSync(folderOf(recipe));
}

/** Makes the links to a recipe's programs, or removes links to an older recipe's. */
export function linkPrograms(recipe) {
  mkdirSync(cacheFolder, { recursive: true });
  for (const program of recipe.programs) {
    const link = join(cacheFolder, program);
    if (!isMade(recipe)) {
      rmSync(link, { force: true });
      continue;
    }
    const aside = `${link}.${process.pid}`;
    symlinkSync(relative(cacheFolder, join(folderOf(recipe), "bin", program)), aside);
    renameSync(aside, link);
  }
}
