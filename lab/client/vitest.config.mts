import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { version: string };

// The suite that runs the real client. `npm run test:client` builds first. support/clients.ts finds the client.
export default defineConfig({
  // As in the build: telemetry names ccotel's version.
  define: { __CCOTEL_VERSION__: JSON.stringify(version) },
  test: {
    root,
    include: ["lab/client/**/*.test.ts", "lab/client-setup/**/*.test.ts"],
    globalSetup: ["lab/client/support/setup.ts"],
    // No test is about these: on a busy machine everything takes longer, and only what hangs is to fail.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // A client with its worker uses a whole core.
    maxWorkers: 2,
  },
});
