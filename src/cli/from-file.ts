import { resolve } from "node:path";
import { expandTilde } from "../config/home-folder.ts";
import { UserError } from "../config/user-error.ts";
import { MAX_BYTES, readText } from "../disk/read.ts";
import type { Io } from "./io.ts";

/** `@path` stands for what is in the file: command lines are read by others and kept in histories. */
export function fromFile(value: string, io: Io): string {
  if (!value.startsWith("@")) return value;
  const path = pathOf(value.slice(1), io);
  try {
    return readText(path, MAX_BYTES.settings).trim();
  } catch (cause) {
    throw new UserError(`${path} cannot be read: ${(cause as Error).message}.`, {
      cause,
      hint: "A value that begins with @ is the path of a file with the value.",
    });
  }
}

/** The same for flags of the form `name=value`. */
export function withValuesFromFiles(flags: readonly string[], io: Io): string[] {
  return flags.map((flag) => {
    const at = flag.indexOf("=");
    return at < 1 ? flag : `${flag.slice(0, at)}=${fromFile(flag.slice(at + 1), io)}`;
  });
}

/** A path as it was typed: below the home folder, or below the folder that the command was started in. */
export function pathOf(text: string, io: Io): string {
  return resolve(io.cwd, expandTilde(text, io.homeDir));
}
