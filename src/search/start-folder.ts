import { basename, dirname, isAbsolute } from "node:path";
import { tryStat } from "../disk/stat.ts";
import { projectFolderName } from "../files/project-folder.ts";
import { parseJson } from "../objects.ts";

/** Neither is set if the first records do not name the folder. */
export interface StartFolder {
  /** The folder in which Claude Code finds the session by its id: the one that it was started in. */
  folder?: string;
  /** The same if it is not there any more. */
  goneFolder?: string;
}

/** A session's start folder. It may go on in another one. `head`: the beginning of the transcript. */
export function startFolderOf(path: string, head: Buffer): StartFolder {
  const project = basename(dirname(path));
  // Nearly always the first record names it, so most of the bytes need no decoding.
  for (let at = head.indexOf(KEY); at !== -1; at = head.indexOf(KEY, at + 1)) {
    const [, text = ""] = VALUE.exec(head.toString("utf8", at, at + MAX_FIELD_BYTES)) ?? [];
    const folder = parseJson(text);
    if (typeof folder === "string" && isAbsolute(folder) && projectFolderName(folder) === project)
      return tryStat(folder)?.isDirectory() === true ? { folder } : { goneFolder: folder };
  }
  return {};
}

const KEY = '"cwd":';
const VALUE = /^"cwd":\s?("(?:[^"\\]|\\.)*")/;

/** The longest path that Linux accepts has 4,096 bytes. JSON escapes few of them. */
const MAX_FIELD_BYTES = 8 << 10;
