// The cost of the first export of a whole history, with spans delivered to a collector on loopback:
//
//   node lab/bench/backfill.mjs [--sessions 1000] [--mb 1000] [--rounds 5]
//
// Measures elapsed and processor time, compared with a program that parses every line, and with ccusage, which adds up
// tokens. Exits with 1 if a limit is exceeded.
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBackends } from "./lib/backends.mjs";
import { getCcusage } from "./lib/ccusage.mjs";
import { writeHistory } from "./lib/corpus.mjs";
import { cpuMsOfRun, removeFolder } from "./lib/machine.mjs";
import { runRounds } from "./lib/rounds.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000" },
    mb: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
  },
});
const TOOL = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));
const PARSE = fileURLToPath(new URL("lib/parse-every-line.mjs", import.meta.url));

const home = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
const config = join(home, ".claude");
const env = { PATH: process.env.PATH, HOME: home, CLAUDE_CONFIG_DIR: config, LC_ALL: "C" };
/**
 * The homes of the exports. They are deleted at the end: ext4 creates files slowly for seconds after many deletions.
 */
const homes = [];
const backends = await startBackends();
try {
  process.exitCode = bench();
} finally {
  backends.stop();
  for (const folder of [home, ...homes]) removeFolder(folder);
}

function bench() {
  const history = writeHistory(config, { sessions: Number(values.sessions), megabytes: Number(values.mb) });
  console.log(`a history of ${Math.round(history.bytes / 1e6)} MB in ${values.sessions} sessions`);
  const ccusage = getCcusage();
  const run = (...args) => {
    const startMs = performance.now();
    const cpuMs = cpuMsOfRun(args, { env: { ...env, HOME: homes.at(-1) ?? home } });
    return { cpuMs, wallMs: performance.now() - startMs };
  };
  const exportAll = ["export", "--all", "--endpoint", backends.urls.healthy];
  const programs = {
    floor: () => run(process.execPath, PARSE, join(config, "projects")),
    ...(ccusage === undefined
      ? {}
      : { ccusage: () => run(ccusage, "claude", "daily", "--json", "--offline") }),
    backfill: () => {
      homes.push(mkdtempSync(join(tmpdir(), "ccotel-bench-")));
      return run(process.execPath, TOOL, ...exportAll);
    },
  };
  const results = runRounds(programs, Number(values.rounds));
  // An export that sends nothing is fast, so check the result.
  const { status, stderr } = spawnSync(process.execPath, [TOOL, ...exportAll], {
    env: { ...env, HOME: homes.at(-1) },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The export failed: ${stderr}`);
  const verdict = createVerdict();
  const ratio = (name, what, by, limit, aim) => {
    const ratios = results.backfill.map((own, round) => own[what] / results[by][round][what]);
    verdict.ratio(
      `${name} of a backfill / ${by === "floor" ? "JSON.parse of every line" : by}`,
      ratios,
      limit,
      aim,
    );
  };
  ratio("wall time", "wallMs", "floor", 5, 0.75);
  ratio("processor time", "cpuMs", "floor", 4, 0.75);
  if (ccusage !== undefined) ratio("processor time", "cpuMs", "ccusage", 15, 1.8);
  return verdict.failures.length === 0 ? 0 : 1;
}
