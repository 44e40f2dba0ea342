// The time that a turn waits for the hook, compared with a program that only starts:
//
//   node lab/bench/hook.mjs [--rounds 40]
//
// Measures elapsed time, which users notice, with a healthy backend, a dead one and one that never answers. Runs the
// entry of settings.json as a client does. Exits with 1 if the hook takes more than 0.25 of `node -e 0` in the same
// environment (aim 0.15), or if it takes more than 1.1 times as long with a failing backend as with a healthy one.
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBackends } from "./lib/backends.mjs";
import { writeCorpus } from "./lib/corpus.mjs";
import { createMachine, removeFolder } from "./lib/machine.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "40" } } });
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
const backends = await startBackends();
const machines = [];
try {
  process.exitCode = await bench(Number(values.rounds));
} finally {
  for (const machine of machines) machine.dismiss();
  backends.stop();
  removeFolder(folder);
}

async function bench(rounds) {
  const hooks = ["healthy", "dead", "silent"].map((name) => {
    const machine = createMachine(folder, backends.urls[name]);
    machines.push(machine);
    const session = writeCorpus(join(machine.home, ".claude"), { megabytes: 0.2, live: true });
    return [name, () => hookMs(machine, session)];
  });
  // In the hook's environment: with NODE_EXTRA_CA_CERTS, Node 20 takes more than twice the time to start.
  const [{ env }] = machines;
  const programs = [["node", () => elapsedMs(process.execPath, ["-e", "0"], { env })], ...hooks];
  const ms = { node: [], healthy: [], dead: [], silent: [] };
  for (let round = -1; round < rounds; round++) {
    const one = {};
    // Each program runs in each position, after the same pause.
    for (let place = 0; place < programs.length; place++) {
      const [name, run] = programs[(place + round + 1) % programs.length];
      await othersAreQuiet();
      one[name] = run();
    }
    // The first round only fills caches.
    if (round >= 0) for (const name of Object.keys(ms)) ms[name].push(one[name]);
  }
  const verdict = createVerdict();
  const ratios = (name, floor) => ms[name].map((value, round) => value / ms[floor][round]);
  verdict.ratio("wall of the hook / node -e 0", ratios("healthy", "node"), 0.25, 0.15);
  verdict.ratio("wall of the hook, dead backend / healthy", ratios("dead", "healthy"), 1.1);
  verdict.ratio("wall of the hook, silent backend / healthy", ratios("silent", "healthy"), 1.1);
  return verdict.failures.length === 0 ? 0 : 1;
}

/** Waits until no worker runs, because it would disturb the next measurement. */
function othersAreQuiet() {
  return new Promise((resolve) => setTimeout(resolve, 400));
}

function hookMs({ env, entry, stop }, session) {
  const [program, ...args] = entry;
  return elapsedMs(program, args, { env, input: stop(session) });
}

function elapsedMs(program, args, options) {
  const startMs = performance.now();
  spawnSync(program, args, { stdio: ["pipe", "ignore", "ignore"], ...options });
  return performance.now() - startMs;
}
