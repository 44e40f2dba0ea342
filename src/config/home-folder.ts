import { basename, dirname, join } from "node:path";

/** The default state folder: `~/.ccotel`. `joined` joins paths for another platform. */
export function usualHome(homeDir: string, joined: (...parts: string[]) => string = join): string {
  return joined(homeDir, NAME);
}

/** Returns the user's home that holds a state folder, or undefined if the state folder is not in its usual place. */
export function userHomeOf(home: string): string | undefined {
  return basename(home) === NAME ? dirname(home) : undefined;
}

/** Replaces a leading `~`, as a shell does. */
export function expandTilde(path: string, homeDir: string): string {
  return path === "~" || /^~[/\\]/.test(path) ? join(homeDir, path.slice(1)) : path;
}

const NAME = ".ccotel";
