// A small disk in memory for one test. It needs the right to mount.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const canMount = mountable();

function mountable(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-mount-"));
  const mounted = mount(folder, "64k");
  if (mounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
  return mounted;
}

function mount(folder: string, size: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]).status === 0;
}

/** Mounts an empty disk of this size (as `mount` writes it) at the folder, until the test is over. */
export function smallDisk(folder: string, size: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!mount(folder, size)) throw new Error(`nothing can be mounted at ${folder}`);
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
}

/** Fills the disk to the last byte with one file, and returns the file's path. */
export function fill(folder: string): string {
  const filler = join(folder, "filler");
  spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4k"]);
  return filler;
}
