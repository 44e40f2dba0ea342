import { readSync } from "node:fs";
import { basename, dirname, isAbsolute } from "node:path";
import { tryStat } from "../disk/stat.ts";
import { projectFolderName } from "../files/project-folder.ts";
import { withFile } from "../files/transcript-file.ts";

/** The first records name the folder. Only this part of a transcript is read. */
const HEAD_BYTES = 64 << 10;

/**
 * The folder in which Claude Code finds a session by its id: the one that it was started in. A session may go on in
 * another one. Undefined if the transcript does not name it, or if it was deleted.
 */
export function startFolderOf(path: string): string | undefined {
  const head = withFile(path, (fd) => {
    const buffer = Buffer.allocUnsafe(HEAD_BYTES);
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, HEAD_BYTES, 0));
  });
  const project = basename(dirname(path));
  for (const [, text = ""] of (head ?? "").matchAll(/"cwd":\s?("(?:[^"\\]|\\.)*")/g)) {
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
