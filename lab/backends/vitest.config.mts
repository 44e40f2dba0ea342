import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The suites that send to real backends: `npx vitest run --config lab/backends/vitest.config.mts`. README.md says how
// to install the backends. If a program is missing, its suite prints a line and is skipped.
export default defineConfig({
  // The dashboards' sources are in examples/grafana/src and use a package of the lab.
  resolve: {
    alias: [
      { find: "yaml", replacement: fileURLToPath(new URL("../node_modules/yaml", import.meta.url)) },
      {
        find: /^@grafana\/grafana-foundation-sdk\/(.*)$/,
        replacement: fileURLToPath(
          new URL("../node_modules/@grafana/grafana-foundation-sdk/dist/$1/index.js", import.meta.url),
        ),
      },
    ],
  },
  test: {
    root: fileURLToPath(new URL("../..", import.meta.url)),
    include: ["lab/backends/**/*.test.ts"],
    globalSetup: ["test/programs.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
  },
});
