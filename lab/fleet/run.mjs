// 10,000 installations against a real gateway of OpenTelemetry Collectors on this machine, for docs/operate/fleet.md:
//
//   node lab/fleet/run.mjs [--machines 10000] [--killed 2000] [--series 500]
//
// Prints the tables of that page. Exits with 1 if required data was lost.
// Needs the programs of `npm run backends` (otelcol, prometheus), openssl, and Linux with /proc.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
  options: {
    machines: { type: "string", default: "10000" },
    killed: { type: "string", default: "2000" },
    series: { type: "string", default: "500" },
  },
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ccotel-fleet-built-"));
const outfile = join(folder, "measure.cjs");
await build({
  entryPoints: [join(root, "lab/fleet/measure.ts")],
  bundle: true,
  platform: "node",
  format: "cjs",
  outfile,
  logLevel: "error",
});
try {
  const { default: measured } = await import(pathToFileURL(outfile).href);
  const sizes = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
  process.exitCode = (await measured.measure(root, sizes)) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
