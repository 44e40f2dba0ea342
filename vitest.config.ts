import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Some tests let real processes run at their own pace; where other work takes the cores from them, they get a second
    // chance. Properties have a seed, so a retry hides nothing that they find.
    retry: process.env.CI ? 2 : 0,
    // Many tests start processes of their own; more workers than cores only make them late.
    maxWorkers: 2,
  },
});
