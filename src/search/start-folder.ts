import { basename, dirname, isAbsolute } from "node:path";
import { tryStat } from "../disk/stat.ts";
import { projectFolderName } from "../files/project-folder.ts";

/**
 * The folder in which Claude Code finds a session by its id: the one that it was started in. A session may go on in
 * another one. Undefined if the first records do not name it, or if it was deleted. `head`: the beginning of the
 * transcript.
 */
export function startFolderOf(path: string, head: string): string | undefined {
  const project = basename(dirname(path));
  for (const [, text = ""] of head.matchAll(/"cwd":\s?("(?:[^"\\]|\\.)*")/g)) {
    const folder = parsed(text);
    if (isAbsolute(folder) && projectFolderName(folder) === project)
      return tryStat(folder)?.isDirectory() === true ? folder : undefined;
  }
  return undefined;
}

/** A text that JSON writes. Empty if it is damaged. */
function parsed(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return "";
  }
}
