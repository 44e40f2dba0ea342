import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    globalSetup: ["test/programs.ts"],
    // Commands show the time of the system, and documents have their output.
    env: { TZ: "UTC" },
    // No test is about these: on a busy machine everything takes longer, and only what hangs is to fail.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // Test files load most of the sources. Sharing them takes an eighth less time. No test may change a module.
    isolate: false,
    // Many tests wait for processes of their own, so one worker more than cores keeps two cores busy.
    maxWorkers: 3,
  },
});
