/**
 * Writing into a folder that others may have touched: modes are repaired, links are not followed, and what stands where
 * something else belongs is moved aside.
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
 * Makes the folder, or makes it private. A file or a link in its place is moved aside; returns where to. `isOwnPlace`: a
 * link is the user's own word, and followed.
 */
export function ensurePrivateFolder(folder: string, isOwnPlace = false): string | undefined {
  const look = isOwnPlace ? statSync : lstatSync;
  const found = look(folder, { throwIfNoEntry: false });
  const aside = found === undefined || found.isDirectory() ? undefined : moveAside(folder);
  if (found === undefined || aside !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  else if (isOpen(found)) chmodSync(folder, 0o700);
  return aside;
}

/** Whether something stands there that is no folder. */
export function isTaken(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === false;
}

/** Gives what stands there the name of something damaged, beside others that have it; returns that name. */
export function moveAside(path: string): string {
  let aside = `${path}.damaged`;
  // A folder cannot be replaced by a rename.
  for (let n = 1; n < 100 && isFolder(aside); n++) aside = `${path}.${n}.damaged`;
  renameSync(path, aside);
  return aside;
}

/** Appends to a regular file, readable by its owner alone. A link or anything else in its place is moved aside. */
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

/** So often, and in so many milliseconds, a rename is tried again on Windows. */
const RENAME_TRIES = 5;
const RENAME_WAIT_MS = 40;

/**
 * Renames, also over a folder: that goes aside. On Windows a virus scanner or the client may hold the file for a moment:
 * then it is tried again.
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
