import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The page of `ccotel view` in a real browser: `npm run test:page`. Without Chromium, the suite prints a line and is
// skipped.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["lab/page/**/*.test.ts"],
    // No test is about these: on a busy machine everything takes longer, and only what hangs is to fail.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    maxWorkers: 1,
  },
});
