// The cost of encoding spans as protobuf, compared with OpenTelemetry's own serializer on the same spans:
//
//   node lab/bench/encode.mjs [--rounds 15]
//
// Uses the spans of all recordings of the repository, in batches of 512. Exits with 1 if the limit is exceeded.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { removeFolder } from "./lib/machine.mjs";
import { runRounds } from "./lib/rounds.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "15" } } });
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BATCH = 512;

process.chdir(ROOT);
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
try {
  process.exitCode = await bench();
} finally {
  removeFolder(folder);
}

async function bench() {
  const outfile = join(folder, "encoders.mjs");
  await build({
    stdin: {
      contents: `
        export { createSpanEncoder, encodeTraces } from "./src/otlp/encode-spans.ts";
        export { officialTraces } from "./test/support/official.ts";
        export { recordings } from "./test/support/recordings.ts";
        export { spansOf } from "./test/support/read-files.ts";
      `,
      resolveDir: ROOT,
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/x");',
    },
    define: { "import.meta.url": JSON.stringify(pathToFileURL(join(ROOT, "test/support/x.ts")).href) },
    logLevel: "error",
  });
  const { createSpanEncoder, encodeTraces, officialTraces, recordings, spansOf } = await import(outfile);
  const facts = { serviceName: "claude-code", distroVersion: "0.0.0", extra: {} };
  const all = recordings().flatMap((recording) => spansOf(recording, "session"));
  const batches = [];
  while (batches.length * BATCH < 20_000) {
    const start = (batches.length * BATCH) % Math.max(1, all.length - BATCH);
    batches.push(all.slice(start, start + BATCH));
  }
  const encode = createSpanEncoder(facts);
  const timed = (task) => () => {
    const start = process.cpuUsage();
    for (const batch of batches) task(batch);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const results = runRounds(
    {
      ours: timed((spans) => encodeTraces(spans.map(encode))),
      official: timed((spans) => officialTraces(spans, facts)),
    },
    Number(values.rounds) + 3,
  );
  const verdict = createVerdict();
  const ratios = results.ours.map((ms, round) => ms / results.official[round]).slice(3);
  verdict.ratio(
    `processor time of encoding ${batches.length * BATCH} spans / OpenTelemetry's serializer`,
    ratios,
    0.4,
    0.2,
  );
  return verdict.failures.length === 0 ? 0 : 1;
}
