// The cost of a second pass over a history without changes, compared with a program that walks the same folders and
// reads the size of each file:
//
//   node lab/bench/second-pass.mjs [--rounds 11]
//
// Measures processor time, which depends less on other programs. Exits with 1 if a limit is exceeded. A small history
// shows the cost of a start, a large one the cost of each session.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { cpuMsOfRun, createMachine, removeFolder } from "./lib/machine.mjs";
import { writeManySessions } from "./lib/many.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const WALK = fileURLToPath(new URL("lib/walk.mjs", import.meta.url));
/** Nothing is sent, so no backend needs to listen there. */
const ENDPOINT = "http://127.0.0.1:9";

/** The numbers of sessions, and the limit for both commands. */
const SESSIONS = [200, 20_000];
const LIMIT = 1.4;
const AIM = 1.3;

const { values } = parseArgs({ options: { rounds: { type: "string", default: "11" } } });
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
const verdict = createVerdict();
try {
  const deliverAll = await bundle("deliver-all.mjs");
  for (const sessions of SESSIONS) bench(sessions, deliverAll);
  process.exitCode = verdict.failures.length === 0 ? 0 : 1;
} finally {
  removeFolder(folder);
}

function bench(sessions, deliverAll) {
  const { home, env, projects, tool } = createMachine(folder, ENDPOINT);
  const files = writeManySessions(join(home, ".claude"), sessions);
  const commands = { export: ["export", "--all"], stats: ["stats"] };
  const run = (...args) => cpuMsOfRun([process.execPath, ...args], { env });
  run(tool, ...commands.stats);
  execFileSync(process.execPath, [deliverAll], { env, stdio: "inherit" });
  const said = execFileSync(process.execPath, [tool, ...commands.export], { env, encoding: "utf8" });
  if (!said.startsWith("Nothing new: ")) throw new Error(`Not a second export: ${said}`);
  const ratios = { export: [], stats: [] };
  for (let round = -1; round < Number(values.rounds); round++) {
    const floor = run(WALK, projects);
    for (const [name, args] of Object.entries(commands)) {
      const ratio = run(tool, ...args) / floor;
      if (round >= 0) ratios[name].push(ratio);
    }
  }
  for (const name of Object.keys(commands)) {
    const what = `a second ${name} of ${sessions} sessions in ${files} files / walking their tree`;
    verdict.ratio(`processor time of ${what}`, ratios[name], LIMIT, AIM);
  }
}

async function bundle(name) {
  const outfile = join(folder, name);
  const { version } = createRequire(import.meta.url)("../../package.json");
  await build({
    entryPoints: [fileURLToPath(new URL(`lib/${name}`, import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    define: { __CCOTEL_VERSION__: JSON.stringify(version), __CCOTEL_BUGS__: '""' },
  });
  return outfile;
}
