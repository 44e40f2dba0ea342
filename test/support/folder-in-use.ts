import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";

/** Creates an empty folder, which is removed after the test, even if a process of the test still writes into it. */
export function folderInUse(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-in-use-"));
  onTestFinished(() => expect.poll(() => remove(folder)).toBe(true));
  return folder;
}

/** Returns false if a file was written in the meantime. */
function remove(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    return true;
  } catch {
    return false;
  }
}
