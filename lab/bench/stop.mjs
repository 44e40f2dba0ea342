// The processor time of a Stop, hook and worker together, 130 KB after the previous one:
//
//   node lab/bench/stop.mjs [--mb 500] [--rounds 25] [--node PATH]…
//
// Compares a session of `--mb` megabytes with one of a single megabyte (limit 1.05), and with a program that only
// starts, with this Node and with each `--node` (limit 4, aim 3). As with the client, the record that ends a turn is
// written after the hook has run. Finally measures the memory for the large session, at a Stop and when it is first
// read as a whole (limit 3 times a program that only starts).
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBackends } from "./lib/backends.mjs";
import { makeTurn, writeCorpus } from "./lib/corpus.mjs";
import { cpuMsOfRun, createMachine, removeFolder, workersEnded } from "./lib/machine.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const NEW_BYTES = 130_000;
const STOP_LIMIT = 4;
const STOP_AIM = 3;
/** How long after the Stop hook's start the client writes the turn's last record: 30 to 125 ms were seen. */
const LAST_RECORD_AFTER_MS = 80;
const { values } = parseArgs({
  options: {
    mb: { type: "string", default: "500" },
    rounds: { type: "string", default: "25" },
    node: { type: "string", multiple: true, default: [] },
  },
});
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
const backends = await startBackends();
const machines = [];
try {
  process.exitCode = await bench(Number(values.mb), Number(values.rounds));
} finally {
  for (const machine of machines) machine.dismiss();
  backends.stop();
  removeFolder(folder);
}

async function bench(megabytes, rounds) {
  const verdict = createVerdict();
  const [small, large] = [await session(1), await session(megabytes)];
  const bare = () => cpuMsOfBareNode(process.execPath, small.machine);
  const used = { small: [], large: [], bare: [] };
  // The first round fills caches.
  for (let round = -1; round < rounds; round++) {
    // Alternate the order, so that neither always follows the other.
    const order = round % 2 === 0 ? [small, large] : [large, small];
    const ms = new Map();
    for (const delivered of order) ms.set(delivered, await turn(delivered, round));
    const bareMs = (bare() + bare()) / 2;
    if (round < 0) continue;
    used.small.push(ms.get(small));
    used.large.push(ms.get(large));
    used.bare.push(bareMs);
  }
  const ratios = (over, under) => over.map((value, round) => value / under[round]);
  verdict.ratio(
    `processor time of a Stop in ${megabytes} MB / in 1 MB`,
    ratios(used.large, used.small),
    1.05,
  );
  verdict.ratio(
    `processor time of a Stop / node -e 0, Node ${process.versions.node}`,
    ratios(used.small, used.bare),
    STOP_LIMIT,
    STOP_AIM,
  );
  for (const node of values.node) await otherNode(verdict, node, rounds);

  const bareMegabytes = memoryOfBareNode();
  large.machine.askForMemory();
  await turn(large, rounds);
  const atStop = large.machine.worker().megabytes;
  verdict.ratio(`memory of a Stop in ${megabytes} MB / node -e 0`, [atStop / bareMegabytes], 3);
  verdict.ratio(
    `memory of the first Stop in ${megabytes} MB / node -e 0`,
    [large.firstMegabytes / bareMegabytes],
    3,
  );
  return verdict.failures.length === 0 ? 0 : 1;
}

/**
 * In the hook's environment: with NODE_EXTRA_CA_CERTS, which the worker does not get here, Node 20 starts in twice the
 * time.
 */
function cpuMsOfBareNode(node, { env }) {
  return cpuMsOfRun([node, "-e", "0"], { env });
}

/** A session that a Stop has delivered completely. */
async function session(megabytes, node) {
  const machine = createMachine(folder, backends.urls.healthy, node);
  machines.push(machine);
  const corpus = writeCorpus(join(machine.home, ".claude"), { megabytes, live: true });
  machine.askForMemory();
  await stop({ machine, corpus }, "");
  const { megabytes: firstMegabytes } = machine.worker();
  machine.askForTimes();
  return { machine, corpus, firstMegabytes };
}

/** Writes one more turn. Returns the processor time of its Stop in ms. */
async function turn(delivered, seed) {
  const options = { bytes: NEW_BYTES, seed: seed + 100 };
  const { said, end, lastUuid, promptId } = makeTurn(delivered.corpus, options);
  delivered.corpus.lastUuid = lastUuid;
  appendFileSync(delivered.corpus.path, said);
  return stop(delivered, end, promptId);
}

async function stop({ machine, corpus }, end, promptId) {
  const { count } = machine.ended();
  const hookMs = cpuMsOfRun(machine.entry, { env: machine.env, input: machine.stop(corpus, promptId) });
  await new Promise((resolve) => setTimeout(resolve, LAST_RECORD_AFTER_MS));
  appendFileSync(corpus.path, end);
  await workersEnded(machine, count + 1);
  return hookMs + machine.ended().cpuMs;
}

async function otherNode(verdict, node, rounds) {
  const delivered = await session(1, node);
  const ratios = [];
  for (let round = -1; round < rounds; round++) {
    const ratio = (await turn(delivered, round)) / cpuMsOfBareNode(node, delivered.machine);
    if (round >= 0) ratios.push(ratio);
  }
  const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
  verdict.ratio(`processor time of a Stop / node -e 0, Node ${stdout.trim()}`, ratios, STOP_LIMIT, STOP_AIM);
}

function memoryOfBareNode() {
  const usage = join(folder, "bare.json");
  writeFileSync(usage, "");
  const report = fileURLToPath(new URL("lib/report-usage.cjs", import.meta.url));
  spawnSync(process.execPath, ["--require", report, "-e", "0"], { env: { BENCH_USAGE: usage } });
  return JSON.parse(readFileSync(usage, "utf8")).megabytes;
}
