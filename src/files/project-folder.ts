import { join } from "node:path";

/** The longest name of a project's folder. Claude Code cuts longer ones. */
const MAX_NAME = 200;

/**
 * Where Claude Code keeps the sessions that were started in a folder: every character but letters and digits becomes a
 * dash, and a long name ends in a hash of the path (seen with 2.1.329).
 */
export function projectFolder(configDir: string, folder: string): string {
  return join(configDir, "projects", projectFolderName(folder));
}

/** The name of the folder in which Claude Code keeps the transcripts of a project. `folder`: its absolute path. */
export function projectFolderName(folder: string): string {
  const name = folder.replace(/[^A-Za-z0-9]/g, "-");
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}-${hashOf(folder)}` : name;
}

/** The hash that Claude Code writes behind a name that it cuts. */
function hashOf(path: string): string {
  let hash = 0;
  for (let at = 0; at < path.length; at++) hash = (hash * 31 + path.charCodeAt(at)) | 0;
  return Math.abs(hash).toString(36);
}
