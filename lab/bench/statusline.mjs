// The cost of Claude Code's status line with ccotel, compared with a program that only starts:
//
//   node lab/bench/statusline.mjs [--rounds 200]
//
// Runs the entry of settings.json as a client does, with the client's input: once unchanged, as in most calls, and once
// new in each call. With a user's own status line, only the time that ccotel adds counts. Exits with 1 if the processor
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
/** Number of calls per measurement: a shell measures only milliseconds. */
const CALLS = 20;
const BARE = { PATH: process.env.PATH, LC_ALL: "C" };
/** A user's own status line that does almost nothing. */
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
      // The first round only fills caches.
      if (round < 0) continue;
      ms[name].cpu.push(one.cpu);
      ms[name].wall.push(one.wall);
    }
  const verdict = createVerdict();
  for (const clock of ["cpu", "wall"]) {
    const ratios = (of) => ms.node[clock].map((floor, round) => of(round) / floor);
    const name = clock === "cpu" ? "processor time" : "wall time";
    // Elapsed time is only printed, without a limit: it depends on other programs.
    const limit = clock === "cpu" ? LIMIT : undefined;
    const add = (what, of) =>
      verdict.ratio(`${name} of a status line, ${what} / node -e 0`, ratios(of), limit);
    add("nothing new", (round) => ms.same[clock][round]);
    add("something new", (round) => ms.news[clock][round]);
    add("what ours adds to one's own", (round) => ms.wrapped[clock][round] - ms.theirs[clock][round]);
  }
  return verdict.failures.length === 0 ? 0 : 1;
}

/** A home folder in which ccotel's own command has installed the status line. */
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

/** The client's input to its status line. The cost differs from call to call. */
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

/** Milliseconds of one call, from many calls in sequence in one shell. */
function measure({ args, env, says }, from) {
  const inputs = join(folder, "inputs");
  mkdirSync(inputs, { recursive: true });
  for (let call = 0; call < CALLS; call++) writeFileSync(join(inputs, String(call)), says(from + call));
  const loop = `for n in $(seq 0 ${CALLS - 1}); do "$@" <"${inputs}/$n"; done`;
  const startMs = performance.now();
  const cpu = cpuMsOfRun(["bash", "-c", loop, "bash", ...args], { env: env ?? { ...BARE, HOME: folder } });
  return { cpu: cpu / CALLS, wall: (performance.now() - startMs) / CALLS };
}
