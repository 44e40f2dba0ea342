import { basename, dirname, isAbsolute } from "node:path";
import { tryStat } from "../disk/stat.ts";
import { projectFolderName } from "../files/project-folder.ts";
import { parseJson } from "../objects.ts";

/**
 * The folder in which Claude Code finds a session by its id: the one that it was started in. A session may go on in
 * another one. Undefined if the first records do not name it, or if it was deleted. `head`: the beginning of the
 * transcript.
 */
export function startFolderOf(path: string, head: Buffer): string | undefined {
  const project = basename(dirname(path));
  // Nearly always the first record names it, so most of the bytes need no decoding.
  for (let at = head.indexOf(KEY); at !== -1; at = head.indexOf(KEY, at + 1)) {
    const [, text = ""] = VALUE.exec(head.toString("utf8", at, at + MAX_FIELD_BYTES)) ?? [];
    const folder = parseJson(text);
    if (typeof folder === "string" && isAbsolute(folder) && projectFolderName(folder) === project)
      return tryStat(folder)?.isDirectory() === true ? folder : undefined;
  }
  return undefined;
}

const KEY = '"cwd":';
const VALUE = /^"cwd":\s?("(?:[^"\\]|\\.)*")/;

/** The longest path that Linux accepts has 4,096 bytes. JSON escapes few of them. */
const MAX_FIELD_BYTES = 8 << 10;
