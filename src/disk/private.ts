/**
 * Writes into a folder that others may have changed: repairs modes, does not follow links, and moves aside whatever is
 * in the place of a file or folder.
 */

import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";

const OTHERS = 0o077;

/**
 * Creates the folder with mode 0700, or sets that mode if others have access. Moves a file or link in its place aside,
 * and returns the new path. `isOwnPlace`: the user chose the path, so a link is followed.
 */
export function ensurePrivateFolder(folder: string, isOwnPlace = false): string | undefined {
  const look = isOwnPlace ? statSync : lstatSync;
  const found = look(folder, { throwIfNoEntry: false });
  const aside = found === undefined || found.isDirectory() ? undefined : moveAside(folder);
  if (found === undefined || aside !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  else if (isOpen(found)) chmodSync(folder, 0o700);
  return aside;
}

/** Whether the path exists and is not a folder. A link is not a folder. */
export function isTaken(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === false;
}

/**
 * Renames a file or folder to `<path>.damaged`, or to `<path>.<n>.damaged` if a folder has that name. Returns the new
 * path.
 */
export function moveAside(path: string): string {
  let aside = `${path}.damaged`;
  // A rename cannot replace a folder.
  for (let n = 1; n < 100 && isFolder(aside); n++) aside = `${path}.${n}.damaged`;
  renameSync(path, aside);
  return aside;
}

/** Appends to a regular file with mode 0600. Moves a link or anything else in its place aside. */
export function appendPrivate(path: string, text: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) moveAside(path);
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const fd = openSync(path, flags, 0o600);
  try {
    if (isOpen(fstatSync(fd))) fchmodSync(fd, 0o600);
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** How often a rename is retried on Windows, and the wait between tries in milliseconds. */
const RENAME_TRIES = 5;
const RENAME_WAIT_MS = 40;

/**
 * Renames a file. Moves a folder at the target aside. On Windows, a virus scanner or Claude Code may have the file open
 * for a moment, so a failed rename is retried.
 */
export function renameOver(from: string, to: string): void {
  for (let attempt = 0; ; attempt++) {
    try {
      return renameSync(from, to);
    } catch (error) {
      if (isFolder(to)) moveAside(to);
      else if (attempt === RENAME_TRIES || !isHeld(error)) throw error;
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_WAIT_MS);
    }
  }
}

function isHeld(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return process.platform === "win32" && ["EPERM", "EACCES", "EBUSY"].includes(code);
}

function isOpen(stats: Stats): boolean {
  return process.platform !== "win32" && (stats.mode & OTHERS) !== 0;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
