import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "./home.ts";

/** What is written beside the state: counters, the list of what is written, the log. */
const BESIDE_BYTES = 65_536;

const ZEROS = Buffer.alloc(65_536);

/**
 * Tries whether the disk has room for what will be written once a backend has accepted what is about to be sent: on a full
 * disk nothing could be noted, and the same would be sent again with every event. Throws what the system says.
 */
export function requireRoom({ root }: Home, stateBytes: number): void {
  const path = join(root, `.room-${process.pid}.tmp`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);
  const fd = openSync(path, flags, 0o600);
  try {
    // A commit of several files writes each of them twice.
    for (let left = 2 * stateBytes + BESIDE_BYTES; left > 0; ) {
      left -= writeSync(fd, ZEROS, 0, Math.min(left, ZEROS.length));
    }
  } finally {
    closeSync(fd);
    rmSync(path, { force: true });
  }
}
