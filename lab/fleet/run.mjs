// Ten thousand installations against a real gateway of OpenTelemetry Collectors on this machine, as docs/operate/fleet.md tells:
//
//   node lab/fleet/run.mjs [--machines 10000] [--killed 2000] [--series 500]
//
// Prints the tables of that page; ends with 1 when anything was lost that must not be.
// Wants the programs of `npm run backends` (otelcol, prometheus), openssl, and Linux, whose /proc says what each uses.
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
