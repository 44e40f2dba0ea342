import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { namesIn } from "../disk/folder.ts";

/**
 * Returns where a transcript is that a hook names. In a worktree that the session has entered, clients of 2.1.100 name
 * a file in the worktree's project folder, but write to the one in the folder where the session began. Without a file
 * of that name anywhere, the result is the path itself: the client may still create it.
 */
export function transcriptAt(path: string): string {
  if (existsSync(path)) return path;
  const projects = dirname(dirname(path));
  if (basename(projects) !== "projects") return path;
  const elsewhere = namesIn(projects).map((name) => join(projects, name, basename(path)));
  return elsewhere.find((other) => existsSync(other)) ?? path;
}
