import { printable } from "../printable.ts";
import { shellWord } from "../shell-word.ts";

/**
 * The command that resumes a session, in the parts that may have a line of their own. Clients up to 2.1.100 find a
 * session only in its own folder, and all of them work in the folder that they are started in. `folder`: undefined if
 * the session's folder is the current one, or unknown.
 */
export function resumeCommand(sessionId: string, folder: string | undefined): string[] {
  const change = folder === undefined ? [] : [`cd ${printable(shellWord(folder))} &&`];
  return [...change, `claude --resume ${sessionId}`];
}
