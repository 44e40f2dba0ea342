// Bundles each entry point into one CommonJS file, so that the installed package has no dependency tree to load.
// Dynamic imports become `require`: a native import() of node:http also loads undici, which costs a process start.

import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
const root = new URL("..", import.meta.url).pathname;
process.chdir(decodeURIComponent(root));
await rm("dist", { recursive: true, force: true });
await mkdir("dist", { recursive: true });

const entries = {
  ccotel: "src/main.ts",
  worker: "src/worker.ts",
  hook: "src/hook/hook.ts",
  collector: "src/collector/collector.ts",
};
const shared = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.6",
  mainFields: ["module", "main"],
  supported: { "dynamic-import": false },
  minify: true,
  keepNames: false,
  legalComments: "none",
  define: { __CCOTEL_VERSION__: JSON.stringify(version) },
  external: ["./collector.cjs", "./prompts.cjs"],
  logLevel: "warning",
};
await Promise.all(
  Object.entries(entries)
    .filter(([, file]) => existsSync(file))
    .map(([name, file]) =>
      build({
        ...shared,
        entryPoints: [file],
        outfile: `dist/${name}.cjs`,
        ...(name === "ccotel" ? { banner: { js: "#!/usr/bin/env node" } } : {}),
      }),
    ),
);
if (existsSync("dist/ccotel.cjs")) await chmod("dist/ccotel.cjs", 0o755);
if (existsSync("src/hook/hook.sh")) {
  await copyFile("src/hook/hook.sh", "dist/hook.sh");
  await chmod("dist/hook.sh", 0o755);
}
