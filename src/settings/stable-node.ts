import { realpathSync } from "node:fs";
import { posix, win32 } from "node:path";

/** A folder that is named after a version goes with the next upgrade: Homebrew's Cellar, nvm, asdf, fnm, volta. */
const VERSIONED = /[/\\]v?\d+\.\d+(?:\.\d+)?[^/\\]*(?=[/\\]|$)|[/\\]fnm_multishells[/\\]/;

/**
 * The path by which hooks run this Node. One that a package manager keeps pointing at the Node of the day is preferred
 * to a folder of one version: the same program by a name without a version in it, somewhere in `PATH`. Where there is
 * none, the program itself.
 *
 * @param node `process.execPath`
 * @param path the `PATH` that `configure` runs with
 */
export function stableNode(node: string, path: string | undefined, platform: NodeJS.Platform): string {
  if (!VERSIONED.test(node)) return node;
  const { delimiter, join, isAbsolute } = platform === "win32" ? win32 : posix;
  const name = platform === "win32" ? "node.exe" : "node";
  const target = realPath(node);
  const candidates = (path ?? "")
    .split(delimiter)
    .filter(
      (folder) => isAbsolute(folder) && !VERSIONED.test(`${folder}${platform === "win32" ? "\\" : "/"}`),
    )
    .map((folder) => join(folder, name));
  return candidates.find((candidate) => target !== undefined && realPath(candidate) === target) ?? node;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
