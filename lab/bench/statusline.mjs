// What Claude Code's status line costs with ours in front, against a program that only starts:
//
//   node lab/bench/statusline.mjs [--rounds 200]
//
// The entry of settings.json is run as a client runs it, with what a client says: the same as before, as it mostly is, and
// something new each time. With a status line of the user's own, what counts is what ours adds to it. Ends with 1 when the processor
// time is more than 0.15 of that of `node -e 0`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cpuMsOfRun, removeFolder } from "./lib/machine.mjs";
import { createVerdict } from "./lib/verdict.mjs";

const BUILT = fileURLToPath(new URL("../../dist/ccotel.cjs", import.meta.url));
const LIMIT = 0.15;
/** The clock of a shell has milliseconds, so so many calls are one measurement. */
const CALLS = 20;
const BARE = { PATH: process.env.PATH, LC_ALL: "C" };
/** A status line of the user's own that does next to nothing. */
const THEIRS = "printf 'theirs\\n'";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const folder = mkdtempSync(join(tmpdir(), "ccotel-bench-"));
try {
  process.exitCode = bench(Math.max(1, Math.round(Number(values.rounds) / CALLS)));
} finally {
  removeFolder(folder);
}

function bench(rounds) {
  const ours = setUp("ours");
  const wrapped = setUp("wrapped", THEIRS);
  const programs = {
    node: { args: [process.execPath, "-e", "0"], says: () => "" },
    same: { ...ours, says: () => said(1) },
    news: { ...ours, says: (count) => said(count) },
    wrapped: { ...wrapped, says: () => said(1) },
    theirs: { args: ["/bin/sh", "-c", THEIRS], says: () => said(1) },
  };
  const ms = Object.fromEntries(Object.keys(programs).map((name) => [name, { cpu: [], wall: [] }]));
  for (let round = -1; round < rounds; round++)
    for (const [name, program] of Object.entries(programs)) {
      const one = measure(program, round * CALLS);
      // The first round fills caches.
      if (round < 0) continue;
      ms[name].cpu.push(one.cpu);
      ms[name].wall.push(one.wall);
    }
  const verdict = createVerdict();
  for (const clock of ["cpu", "wall"]) {
    const ratios = (of) => ms.node[clock].map((floor, round) => of(round) / floor);
    const name = clock === "cpu" ? "processor time" : "wall time";
    // Wall time is told only: it grows with whatever else the machine does.
    const limit = clock === "cpu" ? LIMIT : undefined;
    const add = (what, of) =>
      verdict.ratio(`${name} of a status line, ${what} / node -e 0`, ratios(of), limit);
    add("nothing new", (round) => ms.same[clock][round]);
    add("something new", (round) => ms.news[clock][round]);
    add("what ours adds to one's own", (round) => ms.wrapped[clock][round] - ms.theirs[clock][round]);
  }
  return verdict.failures.length === 0 ? 0 : 1;
}

/** A home in which the status line is installed, by our own command. */
function setUp(name, theirs) {
  const home = join(folder, name);
  const settings = join(home, ".claude", "settings.json");
  mkdirSync(join(home, ".claude"), { recursive: true });
  const own = theirs === undefined ? {} : { statusLine: { type: "command", command: theirs } };
  writeFileSync(settings, JSON.stringify(own));
  const env = { ...BARE, HOME: home };
  const setup = ["--preset", "generic", "--endpoint", "http://127.0.0.1:1", "--native", "off"];
  execFileSync(process.execPath, [BUILT, "configure", ...setup, "--statusline", "--yes", "--no-check"], {
    env,
    stdio: "ignore",
  });
  const { command } = JSON.parse(readFileSync(settings, "utf8")).statusLine;
  return { args: ["/bin/sh", "-c", command], env };
}

/** What a client says to its status line; the cost tells one call from another. */
function said(count) {
  return JSON.stringify({
    session_id: "0b9aeb4e-7d5c-4d5e-a6c1-1f4ad3f5b3f0",
    model: { id: "claude-opus-5-5", display_name: "Opus 5.5" },
    cost: { total_cost_usd: 1 + count / 1000, total_duration_ms: 60_000 },
    context_window: { context_window_size: 200_000, used_percentage: 42 },
    rate_limits: { five_hour: { used_percentage: 34, resets_at: 1_900_000_000 } },
    prompt_cache: { requests: 12, misses: 1, miss_causes: { expired: 1 } },
  });
}

/** Milliseconds of one call, by many of them one after the other in one shell. */
function measure({ args, env, says }, from) {
  const inputs = join(folder, "inputs");
  mkdirSync(inputs, { recursive: true });
  for (let call = 0; call < CALLS; call++) writeFileSync(join(inputs, String(call)), says(from + call));
  const loop = `for n in $(seq 0 ${CALLS - 1}); do "$@" <"${inputs}/$n"; done`;
  const startMs = performance.now();
  const cpu = cpuMsOfRun(["bash", "-c", loop, "bash", ...args], { env: env ?? { ...BARE, HOME: folder } });
  return { cpu: cpu / CALLS, wall: (performance.now() - startMs) / CALLS };
}
