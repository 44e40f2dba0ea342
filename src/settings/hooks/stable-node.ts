import { posix, win32 } from "node:path";
import { realPathOf } from "../../disk/stat.ts";

/** A folder with a version in its name disappears with the next upgrade: Homebrew's Cellar, nvm, asdf, fnm, volta. */
const VERSIONED = /[/\\]v?\d+\.\d+(?:\.\d+)?[^/\\]*(?=[/\\]|$)|[/\\]fnm_multishells[/\\]/;

/**
 * Returns the path by which hooks run this Node. Prefers a path in `PATH` that leads to the same program and has no
 * version in it: a package manager keeps such a path up to date. Without one, returns `node`. `node` is
 * `process.execPath`; `path` is the `PATH` of `configure`.
 */
export function stableNode(node: string, path: string | undefined, platform: NodeJS.Platform): string {
  if (!VERSIONED.test(node)) return node;
  const { delimiter, join, isAbsolute } = platform === "win32" ? win32 : posix;
  const name = platform === "win32" ? "node.exe" : "node";
  const target = realPathOf(node);
  const candidates = (path ?? "")
    .split(delimiter)
    .filter(
      (folder) => isAbsolute(folder) && !VERSIONED.test(`${folder}${platform === "win32" ? "\\" : "/"}`),
    )
    .map((folder) => join(folder, name));
  return candidates.find((candidate) => target !== undefined && realPathOf(candidate) === target) ?? node;
}
