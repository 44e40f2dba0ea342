import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../config/user-error.ts";
import { UnfitFileError } from "../disk/read.ts";

/**
 * What to do about errors of the operating system whose cause is the machine, not ccotel. The key is the error code.
 */
const HINTS: Readonly<Record<string, string>> = {
  EACCES: "Check who owns it and its permissions.",
  EPERM: "Check who owns it and its permissions.",
  EROFS: "The file system is read-only. Set CCOTEL_HOME to another folder for ccotel's own files.",
  ENOSPC: "The disk is full: make room on it, then run the command again.",
  EDQUOT: "Your quota on this disk is used up: make room on it, then run the command again.",
  ENOENT: "Check the path.",
  ENOTDIR: "A part of this path is a file, not a folder.",
  EISDIR: "There is a folder where a file should be; move it away and try again.",
  EEXIST: "There is a file where a folder should be; move it away and try again.",
  ENOTEMPTY: "The folder is not empty; look into it and try again.",
  ELOOP: "A link in this path leads in a circle.",
  ENAMETOOLONG: "Choose a shorter path.",
  EMFILE: "Too many files are open: raise the limit (ulimit -n).",
  ENFILE: "Too many files are open on this machine.",
  EBUSY: "Another program is using it; close that program and try again.",
  EIO: "The disk has a fault.",
};

/** ccotel creates no folders but its own, except where the user names one. */
const NOT_ALLOWED =
  "Check who owns the folder above it and its permissions, or set CCOTEL_HOME to another folder for ccotel's own files.";

/**
 * Turns an error of the operating system, or a file that is none or too large, into a `UserError`. Returns any other
 * error unchanged.
 */
export function explainSystemError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (error instanceof UnfitFileError) {
    const { message, remedy } = error;
    return new UserError(`${message}.`, { cause: error, ...(remedy === undefined ? {} : { hint: remedy }) });
  }
  const { syscall } = error as NodeJS.ErrnoException;
  const code = realCode(error);
  const locked = code === "EACCES" && syscall === "open" ? lockedFolder(error) : undefined;
  const path = locked ?? (error as NodeJS.ErrnoException).path;
  const hint = code === "EACCES" && syscall === "mkdir" ? NOT_ALLOWED : HINTS[code];
  if (hint === undefined || syscall === undefined || path === undefined) return error;
  const opened = code === "EACCES" && syscall === "open" && locked === undefined ? "opened" : undefined;
  const what =
    /^(mkdir|open|write|fsync|rename|unlink|rmdir|copyfile|chmod|chown|utime|link|symlink|ftruncate)$/.test(
      syscall,
    )
      ? "written"
      : "read";
  return new UserError(`${path} cannot be ${opened ?? what} (${code}).`, { cause: error, hint });
}

/** The code of the error. Node reports ENOENT when a folder cannot be created on a read-only file system. */
function realCode(error: NodeJS.ErrnoException): string {
  const { code = "", path, syscall } = error;
  if (code !== "ENOENT" || syscall !== "mkdir" || path === undefined) return code;
  try {
    accessSync(parentOf(path), constants.W_OK);
    return code;
  } catch (reason) {
    return (reason as NodeJS.ErrnoException).code ?? code;
  }
}

/** The folder that denies a new file, if there is no such file yet: its name may be one that ccotel chose. */
function lockedFolder({ path }: NodeJS.ErrnoException): string | undefined {
  if (path === undefined || existsSync(path)) return undefined;
  const folder = parentOf(path);
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch {
    return folder;
  }
}

/** The nearest folder above the path that exists. */
function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? parent : parentOf(parent);
}
