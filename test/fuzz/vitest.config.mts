import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// `npm run fuzz` starts this, and watches that it does not stand still.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["test/fuzz/**/*.fuzz.ts"],
    setupFiles: ["test/setup.ts"],
    // As long as it takes: the time of each kind of input is bounded by itself, the whole by scripts/fuzz.mjs.
    testTimeout: 3_600_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    pool: "forks",
    // An input that makes reading take more memory than that ends the run.
    execArgv: ["--max-old-space-size=512"],
  },
});
