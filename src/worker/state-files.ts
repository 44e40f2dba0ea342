import { statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { namesIn } from "../disk/folder.ts";

/** The files with the state of one session each in a folder, and when each was last written, in epoch ms. */
export function stateFiles(folder: string): { path: string; mtimeMs: number }[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const path = join(folder, name);
      try {
        return [{ path, mtimeMs: statSync(path).mtimeMs }];
      } catch {
        return [];
      }
    });
}

/** Sets when a file was last written, in epoch ms: the next look is due when it has been silent since then. */
export function touch(path: string, ms: number): void {
  utimesSync(path, ms / 1000, ms / 1000);
}
