import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "ccotel-programs-"));
  // Some tests run them as another user.
  chmodSync(folder, 0o755);
  project.provide("programs", folder);
  // The sources may have changed.
  project.onTestsRerun(async () => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
  });
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
