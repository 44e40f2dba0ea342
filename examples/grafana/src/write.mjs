// Writes the dashboards, rules and alerts of examples/ from the TypeScript code in this folder.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const bundled = await build({
  entryPoints: [fileURLToPath(new URL("files.ts", import.meta.url))],
  bundle: true,
  write: false,
  // Selects builds of packages without Node's own modules, because the bundle is imported from memory.
  platform: "neutral",
  mainFields: ["module", "main"],
  format: "esm",
  nodePaths: [fileURLToPath(new URL("../../../lab/node_modules", import.meta.url))],
});
// Node below 22 does not run TypeScript.
const source = Buffer.from(bundled.outputFiles[0].contents).toString("base64");
const { generatedFiles } = await import(`data:text/javascript;base64,${source}`);
for (const [path, text] of Object.entries(generatedFiles())) {
  writeFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), text);
  console.log(path);
}
