// What `ccotel export --all` costs when nothing is new, against a program that walks the same folders and asks for the
// size of each file:
//
//   node lab/bench/second-export.mjs [--sessions 2000] [--rounds 15]
//
// By processor time, which other programs on the machine disturb less. Ends with 1 when it takes more than 1.5 times that.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBackends } from "./lib/backends.mjs";
import { writeCorpus } from "./lib/corpus.mjs";
import { cpuMsOfRun, createMachine, removeFolder } from "./lib/machine.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const WALK = fileURLToPath(new URL("lib/walk.mjs", import.meta.url));
const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "2000" },
    rounds: { type: "string", default: "15" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
const backends = await startBackends();
try {
  process.exitCode = bench(Number(values.sessions), Number(values.rounds));
} finally {
  backends.stop();
  removeFolder(folder);
}

function bench(sessions, rounds) {
  const { home, env, projects, tool } = createMachine(folder, backends.urls.healthy);
  for (let seed = 1; seed <= sessions; seed++) writeCorpus(join(home, ".claude"), { megabytes: 0.005, seed });
  const exportAll = [process.execPath, tool, "export", "--all"];
  const [program, ...args] = exportAll;
  execFileSync(program, args, { env, stdio: "ignore" });
  const ratios = [];
  for (let round = -1; round < rounds; round++) {
    const ratio = cpuMsOfRun(exportAll, { env }) / cpuMsOfRun([process.execPath, WALK, projects], { env });
    if (round >= 0) ratios.push(ratio);
  }
  const verdict = createVerdict();
  verdict.ratio(
    `processor time of a second export of ${sessions} sessions / walking their tree`,
    ratios,
    1.5,
  );
  return verdict.failures.length === 0 ? 0 : 1;
}
