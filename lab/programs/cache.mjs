// Where the programs lie: in a folder outside the repository, so that they survive a fresh clone. `made/` has one
// folder for each recipe, named after all that went into it: another version, or another list of components, is another
// folder. The programs that count now are links beside it, by their names.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";

export const cacheFolder = process.env.CCOTEL_BACKENDS || join(homedir(), ".cache", "ccotel-backends");

/** Where the programs of a recipe are, or will be. */
export function folderOf(recipe) {
  const { kind, version, module, package: name, packages, tags } = recipe;
  const made = createHash("sha256").update(JSON.stringify({ kind, version, module, name, packages, tags }));
  if (recipe.manifest !== undefined) made.update(readFileSync(manifestOf(recipe)));
  return join(cacheFolder, "made", `${recipe.name}-${version}-${made.digest("hex").slice(0, 8)}`);
}

/** The list of components of a recipe that has one. */
export function manifestOf(recipe) {
  return new URL(recipe.manifest, import.meta.url).pathname;
}

/** Folders are made aside and moved into place, so one that exists is whole. */
export function isMade(recipe) {
  return existsSync(folderOf(recipe));
}

/** Makes the links to the programs of a recipe, or takes those to an older one away. */
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
