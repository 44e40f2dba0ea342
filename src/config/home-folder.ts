import { basename, dirname, join } from "node:path";

/** The state folder where nothing says another one: `~/.ccotel`. `joined`: how paths are joined on another platform. */
export function usualHome(homeDir: string, joined: (...parts: string[]) => string = join): string {
  return joined(homeDir, NAME);
}

/** The user's home that a state folder lies in; undefined for one in an unusual place. */
export function userHomeOf(home: string): string | undefined {
  return basename(home) === NAME ? dirname(home) : undefined;
}

/** The path with its `~` replaced, as a shell does it. */
export function expandTilde(path: string, homeDir: string): string {
  return path === "~" || /^~[/\\]/.test(path) ? join(homeDir, path.slice(1)) : path;
}

const NAME = ".ccotel";
