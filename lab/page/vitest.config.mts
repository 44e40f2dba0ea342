import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The page of `ccotel view` in a real browser: `npm run test:page`. Without Chromium, the suite prints a line and is
// skipped.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["lab/page/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
