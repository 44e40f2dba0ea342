import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Manifest } from "../manifest.ts";
import type { Installation } from "./installation.ts";

/**
 * Finds the records of settings files that have moved with the state folder, as when a home folder is renamed or copied
 * to another machine. `home` is where the state folder is now.
 */
export function afterMove(installation: Installation, home: string): Installation {
  const settings = Object.entries(installation.settings).map(
    ([path, manifest]) => [movedPath(path, manifest, home), manifest] as const,
  );
  return { ...installation, settings: Object.fromEntries(settings) };
}

/**
 * Returns where a path is now. A path beside or below the former state folder has moved with it if it is missing there,
 * and exists in the new place.
 */
export function movedPath(path: string, { bin }: Manifest, home: string): string {
  const [former, current] = [dirname(dirname(bin)) + sep, dirname(home)];
  if (bin === join(home, "bin") || !path.startsWith(former) || existsSync(path)) return path;
  const moved = join(current, path.slice(former.length));
  return existsSync(moved) ? moved : path;
}
