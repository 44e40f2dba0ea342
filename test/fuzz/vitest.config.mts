import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// `npm run fuzz` starts this suite and kills it if it hangs.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/fuzz/**/*.fuzz.ts"],
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/programs.ts"],
    // No practical limit: each kind of input has its own limit, and scripts/fuzz.mjs limits the whole run.
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    pool: "forks",
    // The run fails if an input needs more memory than this.
    execArgv: ["--max-old-space-size=512"],
  },
});
