import { resolve } from "node:path";
import { expandTilde } from "../config/home-folder.ts";
import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, readText, whyUnread } from "../disk/read.ts";
import type { Io } from "./io.ts";

/**
 * Replaces `@path` by the content of the file. Other users can read command lines, and shells keep them in a history.
 */
export function fromFile(value: string, io: Io): string {
  if (!value.startsWith("@")) return value;
  const path = pathOf(value.slice(1), io);
  try {
    return readText(path, MAX_BYTES.settings).trim();
  } catch (cause) {
    throw new UserError(`${path} cannot be read: ${whyUnread(cause)}.`, {
      cause,
      hint: "A value that begins with @ is the path of a file with the value.",
    });
  }
}

/** Does the same for the values of flags of the form `name=value`. */
export function withValuesFromFiles(flags: readonly string[], io: Io): string[] {
  return flags.map((flag) => {
    const at = flag.indexOf("=");
    return at < 1 ? flag : `${flag.slice(0, at)}=${fromFile(flag.slice(at + 1), io)}`;
  });
}

/** Resolves a path that the user typed: `~` is the home folder, a relative path starts at the current folder. */
export function pathOf(text: string, io: Io): string {
  return resolve(io.cwd, expandTilde(text, io.homeDir));
}
