import { join } from "node:path";
import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, tryReadText } from "../disk/read.ts";
import { quoteWord } from "../shell-word.ts";
import type { CurrentSetup } from "./current.ts";
import type { Request } from "./request.ts";

/** What draws the status line after the setup. */
export interface StatusLine {
  /** The command for the settings. */
  readonly command: string;
  /** The user's own command, which ours runs. Undefined if there is none. */
  readonly theirs: string | undefined;
}

const SCRIPT = "statusline.sh";

/** The file that holds the user's own command, in the folder of our script. */
export const THEIR_COMMAND = "statusline-command";

/** Returns undefined if ccotel does not draw the status line. Without a flag nothing changes. */
export function statusLineOf({ statusLine }: Request, current: CurrentSetup): StatusLine | undefined {
  const { home, place } = current;
  const script = join(home, "bin", SCRIPT);
  // In a home that has moved, the settings still have the former path.
  const { bin = home } = current.installation?.settings[current.settingsPath] ?? {};
  const isOurs = [script, join(bin, SCRIPT)].some((path) => current.statusLine?.includes(path));
  if (!(statusLine ?? isOurs)) return undefined;
  if (place.platform === "win32") {
    throw new UserError("The status line needs a POSIX shell, so --statusline is not available on Windows.");
  }
  const word = quoteWord(script);
  return {
    // A session keeps its settings until it ends, even if the script is deleted meanwhile.
    command: `[ ! -x ${word} ] || exec ${word}`,
    theirs: isOurs ? noted(join(home, "bin", THEIR_COMMAND)) : current.statusLine,
  };
}

function noted(file: string): string | undefined {
  return tryReadText(file, MAX_BYTES.note)?.replace(/\n$/, "");
}
