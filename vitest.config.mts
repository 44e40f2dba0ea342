import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    // No test is about these: on a busy machine everything takes longer, and only what hangs is to fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // Many tests start processes of their own; more workers than cores only make them late.
    maxWorkers: 2,
  },
});
