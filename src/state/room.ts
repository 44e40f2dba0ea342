import { closeSync, constants, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { removeFile } from "../disk/remove-file.ts";
import { withPath } from "../disk/with-path.ts";
import type { Home } from "./home.ts";

/** Bytes for what is written besides the state: counters, the redo file, the log. */
const BESIDE_BYTES = 65_536;

const ZEROS = Buffer.alloc(65_536);

/**
 * Checks that the disk has room for what must be written after a backend has accepted the next request. On a full disk,
 * the result could not be saved, and every event would send the same items again. Throws a file system error.
 */
export function requireRoom({ root }: Home, stateBytes: number): void {
  const path = join(root, `.room-${process.pid}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);
  const fd = openSync(path, flags, 0o600);
  try {
    withPath(root, () => {
      // A commit of several files writes each of them twice.
      for (let left = 2 * stateBytes + BESIDE_BYTES; left > 0; ) {
        left -= writeSync(fd, ZEROS, 0, Math.min(left, ZEROS.length));
      }
    });
  } finally {
    closeSync(fd);
    removeFile(path);
  }
}
